"""The commands of `landbridge`, one file each."""

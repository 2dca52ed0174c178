"""OAI-PMH 2.0: our public records for anybody's harvester, without an agreement."""

"""Records in the shapes of InforMEA: plain JSON, and OData of its first version as Atom."""

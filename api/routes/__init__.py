"""One file a resource: a route names what it needs, selects, and answers."""

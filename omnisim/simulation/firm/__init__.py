"""The firm's side of the world: what it knows, what it has in stock, what it spends."""

"""Commands on networks, their weights and their configs."""

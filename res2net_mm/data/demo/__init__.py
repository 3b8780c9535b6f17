"""The demo set, drawn by the package itself."""

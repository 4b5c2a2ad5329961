"""What a person wrote and cannot be taken."""


class Wrong(Exception):
    """A cell or a row cannot be used; the text says why and what to do. Say it with its line."""

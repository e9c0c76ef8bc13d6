"""Stands in for the standard library's module of the name. The headers of an answer, by their names in lower case."""


class Message:
    def __init__(self):
        self.headers = {}

    def get(self, name, default=None):
        return self.headers.get(name.lower(), default)

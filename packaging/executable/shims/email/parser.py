"""Stands in for the standard library's module of the name. A header that goes on in a second line is none of HTTP's."""


class Parser:
    def __init__(self, _class):
        self.make = _class

    def parsestr(self, text):
        message = self.make()
        for line in text.splitlines():
            name, _, value = line.partition(":")
            message.headers.setdefault(name.strip().lower(), value.strip())
        return message

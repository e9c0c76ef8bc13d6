"""Stands in for the standard library's package of the name: the three encodings that racknet meets.

The interpreter loads it as it starts, and the library's own takes a tenth of the start.
"""

import codecs

NAMES = {"utf_8": "utf_8", "utf8": "utf_8", "ascii": "ascii", "us_ascii": "ascii", "latin_1": "latin_1"}


class _Decoder(codecs.BufferedIncrementalDecoder):
    def _buffer_decode(self, data, errors, final):
        return codecs.utf_8_decode(data, errors, final)


class _Encoder(codecs.IncrementalEncoder):
    def encode(self, text, final=False):
        return codecs.utf_8_encode(text, self.errors)[0]


def search(name):
    name = NAMES.get(name.replace("-", "_"))
    if name == "utf_8":
        return codecs.CodecInfo(
            codecs.utf_8_encode,
            lambda data, errors="strict": codecs.utf_8_decode(data, errors, True),
            incrementalencoder=_Encoder,
            incrementaldecoder=_Decoder,
            name="utf-8",
        )
    return __import__(f"encodings.{name}", fromlist=["getregentry"]).getregentry() if name else None


def normalize_encoding(name):  # which locale asks for
    return "_".join("".join(c if c.isalnum() or c == "." else " " for c in name).split())


codecs.register(search)

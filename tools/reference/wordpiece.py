#!/usr/bin/env python3
"""Token ids of the "tokenizers" library for texts of every kind, and for every code point.

    python3 -m venv venv && venv/bin/pip install tokenizers
    venv/bin/python tools/reference/wordpiece.py VOCAB.TXT >tests/golden/wordpiece.txt

The tokenizer is put together as transformers does it for BERT uncased. Lines:
    text HEX IDS...     a text's bytes (decoded with errors=replace), its ids cut at 256
    points FIRST CRC    256 code points from FIRST (hexadecimal): CRC-32 of the ids (32 bits, little
                        endian) of "a", the character, "b" for each but surrogates
Compared by tests/text/test_wordpiece.c.
"""
import random
import struct
import sys
import zlib

import tokenizers
from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers, processors

SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
SEED = 11


def make(path):
    vocab = {line.rstrip("\n"): i for i, line in enumerate(open(path, encoding="utf-8"))}
    it = Tokenizer(models.WordPiece(vocab, unk_token="[UNK]", max_input_chars_per_word=100))
    it.normalizer = normalizers.BertNormalizer(
        clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=True)
    it.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    it.post_processor = processors.TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:0", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
        special_tokens=[("[CLS]", vocab["[CLS]"]), ("[SEP]", vocab["[SEP]"])])
    it.add_special_tokens([AddedToken(s, special=True, normalized=False) for s in SPECIALS])
    it.enable_truncation(256)
    return it


def texts(vocab):
    r = random.Random(SEED)
    words = [w for w in vocab if not w.startswith("##")]
    yield from (t.encode() for t in [
        "", " ", "\t\r\n", "[SEP]", "a[SEP]b", "[sep]", "[ SEP ]", "[SEP", "[[SEP]]", "x[MASK][CLS]y[PAD][UNK]",
        "[CLS", "CLS]", "#", "##ing", "##", "a##b", "word" * 25, "word" * 25 + "s", "é" * 100, "é" * 101,
        "ß" * 100, "x\u0301" * 100, "x\u0301" * 101, "가" * 33, "가" * 34, "각" * 34,
        "Straße GROSS ẞ", "İIıi Istanbul", "ΑΣ ΟΔΟΣ σς", "ǅ Ǆ ǆ", "ﬁﬂ", "K Å Ω", "≮ ≠ ∤", "\u037e\u0387\u1fef",
        "a\u200bb\u200cc\u200dd\u2060e\ufefff", "\u202eabc\u202c \u200fdef", "a\u00adb", "a\u0000b\u0001c\u007fd\u0085e\u009ff",
        "a\u00a0b\u1680c\u2000d\u2028e\u2029f\u202fg\u205fh\u3000i\u180ej\u000bk\u000cl\u001cm\u001fn",
        "\ue000a\uf8ffb\U000f0000c\U0010ffffd", "a\ufffdb", "a\u0378b\u0379c", "👨\u200d👩\u200d👧\u200d👦 🏳\ufe0f\u200d🌈 🇯🇵", "☺️ ✈ ★",
        "नमस्ते दुनिया", "ทดสอบ ภาษาไทย", "မြန်မာ", "ខ្មែរ", "বাংলা", "தமிழ்", "עִבְרִית", "العَرَبِيَّة", "ქართული", "Ա Բ", "ᏣᎳᎩ", "ꙮ",
        "日本語テスト東京", "中文测试。", "漢字\u3099か\u3099ガ", "㐀𠀀𪜀𫝀𫠠豈", "한글 테스트 ᄒ ᅡ ᆫ", "a\u0302\u0323b \u0323\u0302", "q\u0307\u0323",
        "\u302e\u302fa\u302e", "𝐀𝒜𝔄 Ⅷ ① ²", "ＦＵＬＬ", "…—–‘’“”«»‹›¿¡§¶†‡•‰′″", "$€£¥₿+<=>^`|~¬±×÷", "a_b-c.d,e;f:g!h?i", "don't can't it's",
        "3.14 1,000 50%", "http://a.b/c?d=e&f=g#h", "user@host.org", "C++ C# .NET", "\\n \\t", "\"'`", "ᾳ ᾼ Ὰ", "Ǻǻ Ạ̈ ế",
    ])
    yield from [b"\xff", b"a\xffb", b"a\xc3", b"a\xc3 b", b"\xe2\x82", b"\xe2\x28\xa1", b"\xf0\x9f\x8e", b"\xf0\x9f\x8e\xac\xf0\x9f", b"\xed\xa0\x80x",
                b"\xc0\x80y", b"\xf4\x90\x80\x80z", b"\x80\x80", b"caf\xe9 noir", b"[SE\xffP]", b"\xf8\x88\x80\x80\x80", b"\xe0\x80\xaf"]
    for n in range(120):
        yield " ".join(r.choice(words) for _ in range(r.randint(1, 12))).encode()
    for n in range(160):  # letters of all kinds stuck together
        yield "".join(r.choice(["e", "A", "\u0301", "é", "Ж", "中", "한", "ु", "ा", "-", " ", "9", "_", "İ", "ß", "🎬", "\u200d", "[", "]", "で", "\u1dfa",
                                chr(r.randrange(0x20, 0x2fff)), chr(r.randrange(0x2000, 0xd7ff))]) for _ in range(r.randint(1, 40))).encode()
    for n in range(60):
        yield bytes(r.randrange(256) for _ in range(r.randint(1, 30)))
    yield " ".join(r.choice(words) for _ in range(400)).encode()
    yield ("!" * 300).encode()
    yield ("unbelievableness" * 6 + " ").encode() * 60


def main():
    it = make(sys.argv[1])
    print(f"# tools/reference/wordpiece.py, tokenizers {tokenizers.__version__}")
    for text in texts(sorted(it.get_vocab())):
        ids = it.encode(text.decode(errors="replace")).ids
        print("text", text.hex() or "-", *ids)
    for first in range(0, 0x110000, 256):
        points = [p for p in range(first, first + 256) if not 0xd800 <= p < 0xe000]
        ids = [e.ids for e in it.encode_batch([f"a{chr(p)}b" for p in points])]
        crc = zlib.crc32(b"".join(struct.pack(f"<{len(i)}I", *i) for i in ids))
        print("points", f"{first:x}", f"{crc:08x}")


main()

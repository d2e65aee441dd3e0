#!/usr/bin/env python3
"""Reference numbers for TF-IDF: scikit-learn's TfidfVectorizer over a few film texts.

    python3 tools/reference/tfidf.py > tests/golden/tfidf.txt

Made with scikit-learn 1.9.1. Stop words are those of src/text/stop_words.c; texts are folded as
src/text/fold.c does. Compared by tests/text/test_tfidf.c to 1e-6.
"""
import re
import unicodedata

import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer

TEXTS = [
    "Toy Story. Adventure Animation Children Comedy Fantasy pixar pixar fun",
    "Toy Story 2. Adventure Animation Children Comedy Fantasy pixar",
    "Grumpier Old Men. Comedy Romance moldy old",
    "Father of the Bride Part II. Comedy pregnancy remake",
    "Heat. Action Crime Thriller heist heist heist",
    "Fabuleux destin d'Amélie Poulain, Le. Comedy Romance paris fun",
    "Ocean's Eleven. Crime Thriller heist",
    "",
    "The and of. !!",
    "Toy Story 3. Adventure Animation Children Comedy Fantasy pixar sad",
    "Crime Thriller. Crime Thriller. crime thriller heist",
]


def fold(text):
    text = unicodedata.normalize("NFKD", text.casefold())
    text = "".join(c for c in text if not unicodedata.combining(c))
    return re.sub(r"[^\w]+", " ", text)


def stop_words():
    source = open("src/text/stop_words.c").read()
    return re.findall(r'"(\w+)"', source[source.index("words[]"):source.index("WORDS =")])


def show(title, vectorizer):
    rows = vectorizer.fit_transform(TEXTS).tocsr()
    terms = list(vectorizer.get_feature_names_out())
    print(f"{title} {len(terms)}")
    for term, idf in zip(terms, vectorizer.idf_):
        print(f"{idf:.9f} {term.replace(' ', '_')}")
    for i in range(len(TEXTS)):
        row = sorted(zip(rows[i].indices, rows[i].data))
        print(" ".join([str(len(row))] + [f"{c} {v:.9f}" for c, v in row]))


print(f"# tools/reference/tfidf.py, scikit-learn {sklearn.__version__}")
for text in TEXTS:
    print(f"text {text}")
shared = dict(preprocessor=fold, norm="l2", smooth_idf=True)
show("words", TfidfVectorizer(ngram_range=(1, 3), stop_words=stop_words(), min_df=2,
                              sublinear_tf=True, **shared))
show("counted", TfidfVectorizer(ngram_range=(1, 1), stop_words=stop_words(), min_df=2,
                                max_features=5, **shared))
show("letters", TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), min_df=3,
                                sublinear_tf=True, **shared))

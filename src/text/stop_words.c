/* stop_words.c: see stop_words.h. Function words of English: articles, pronouns, prepositions,
 * conjunctions, auxiliaries, and what is left of them where an apostrophe parts ("don t"). In byte
 * order. Checked by tests/text/test_tfidf.c. */
#include "text/stop_words.h"

#include <string.h>

static const char *const words[] = {
    "about",   "above",   "across",  "after",      "again",    "against",    "all",      "almost",
    "along",   "already", "also",    "although",   "always",   "am",         "among",    "an",
    "and",     "another", "any",     "are",        "aren",     "around",     "as",       "at",
    "be",      "because", "been",    "before",     "being",    "below",      "between",  "both",
    "but",     "by",      "can",     "cannot",     "could",    "couldn",     "did",      "didn",
    "do",      "does",    "doesn",   "doing",      "don",      "done",       "down",     "during",
    "each",    "either",  "else",    "ever",       "every",    "few",        "for",      "from",
    "further", "get",     "had",     "has",        "hasn",     "have",       "haven",    "having",
    "he",      "her",     "here",    "hers",       "herself",  "him",        "himself",  "his",
    "how",     "however", "if",      "in",         "into",     "is",         "isn",      "it",
    "its",     "itself",  "just",    "ll",         "may",      "me",         "might",    "more",
    "most",    "much",    "must",    "my",         "myself",   "neither",    "no",       "nor",
    "not",     "of",      "off",     "often",      "on",       "once",       "only",     "onto",
    "or",      "other",   "others",  "our",        "ours",     "ourselves",  "out",      "over",
    "own",     "per",     "rather",  "re",         "same",     "several",    "she",      "should",
    "shouldn", "since",   "so",      "some",       "such",     "than",       "that",     "the",
    "their",   "theirs",  "them",    "themselves", "then",     "there",      "these",    "they",
    "this",    "those",   "though",  "through",    "thus",     "to",         "together", "too",
    "toward",  "towards", "under",   "until",      "up",       "upon",       "us",       "ve",
    "very",    "was",     "wasn",    "we",         "were",     "weren",      "what",     "whatever",
    "when",    "where",   "whether", "which",      "while",    "who",        "whom",     "whose",
    "why",     "will",    "with",    "within",     "without",  "won",        "would",    "wouldn",
    "yet",     "you",     "your",    "yours",      "yourself", "yourselves",
};
enum { WORDS = sizeof words / sizeof *words };

const char *stop_words_at(size_t index) { return index < WORDS ? words[index] : NULL; }

bool stop_words_has(const char *word, size_t length) {
    size_t low = 0, high = WORDS;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        int order = strncmp(word, words[middle], length);
        if (order == 0 && words[middle][length] != '\0')
            order = -1;
        if (order == 0)
            return true;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

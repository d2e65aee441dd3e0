/* bm25_find.c: bm25_find of bm25.h: what is typed is held against every wording of every title.
 *
 * Idea     Each typed word is looked for as it is, and by spellings that are a slip or two away:
 *          optimal string alignment (Damerau-Levenshtein without overlaps), at most one edit in
 *          words of three to five letters and two in longer ones; of the last word the beginning is
 *          enough. What a spelling is worth falls with the share of the word that is wrong.
 *          A wording's score is its BM25 sum beside that of a wording of just the typed words.
 * Source   the edit distance: Boytsov 2011; the filter before it: an edit changes the set of
 *          letters by two at most.
 * Cost     a set of letters for each spelling and typed word, and a distance where the sets are
 *          near: 0.2 to 0.6 ms for 10,000 titles.
 * Checked  tests/text/test_bm25.c. */
#include <stdbool.h>
#include <string.h>

#include "text/bm25_index.h"
#include "text/title_words.h"

enum { WORDS_MAX = 16, MATCHES_MAX = 24, EDITED_MAX = 32 };

static const float SCORE_LEAST = 0.15f, FAME_WEIGHT = 0.1f, BEGINNING = 0.6f, OTHER_WORD = 0.6f,
                   OTHER_INITIAL = 0.85f;

/* A word of the titles that may have been meant, and what a wording gets for having it. */
struct match {
    uint32_t term;
    float worth; /* 0 to 1, of the typed word's idf */
};

struct matches {
    struct match list[MATCHES_MAX]; /* falling worth */
    size_t count;
    float idf; /* of what was typed */
};

struct question {
    const struct bm25 *index;
    struct title_word words[WORDS_MAX];
    size_t count;
    float *sums, *best; /* [wordings] over the words so far, and of this one */
    float ideal;        /* the sum of a wording that is just what was typed */
};

/* ---- Spellings ------------------------------------------------------------------------------- */

static unsigned smaller(unsigned a, unsigned b) { return a < b ? a : b; }

/* The number of edits between two words, or more than `most` if it is more than that. */
static unsigned distance(const char *a, size_t m, const char *b, size_t n, unsigned most) {
    unsigned rows[3][EDITED_MAX + 1];
    for (size_t j = 0; j <= n; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= m; i++) {
        unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        unsigned least = row[0] = (unsigned)i;
        for (size_t j = 1; j <= n; j++) {
            unsigned edits = above[j - 1] + (a[i - 1] != b[j - 1]);
            edits = smaller(edits, smaller(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                edits = smaller(edits, before[j - 2] + 1);
            row[j] = edits;
            least = smaller(least, edits);
        }
        if (least > most)
            return least;
    }
    return rows[m % 3][n];
}

static void keep(struct matches *matches, uint32_t term, float worth) {
    size_t at = 0;
    while (at < matches->count && matches->list[at].term != term)
        at++;
    if (at < matches->count && matches->list[at].worth >= worth)
        return;
    if (at == matches->count) {
        if (at == MATCHES_MAX && matches->list[at - 1].worth >= worth)
            return;
        matches->count += at < MATCHES_MAX;
        at = matches->count - 1;
    }
    for (; at > 0 && matches->list[at - 1].worth < worth; at--)
        matches->list[at] = matches->list[at - 1];
    matches->list[at] = (struct match){term, worth};
}

/* How many edits a word may be away from what was meant. */
static unsigned edits_allowed(const struct title_word *word, bool known) {
    if (word->length < 3 || word->length >= EDITED_MAX || strspn(word->bytes, "0123456789"))
        return 0;
    return known || word->length < 6 ? 1 : 2;
}

/* What the spelling is worth for the word; 0: nothing. */
static float worth_of(const struct title_word *word, uint64_t letters,
                      const struct bm25_spelling *spelling, unsigned edits, bool may_begin) {
    const size_t length = spelling->length;
    if (may_begin && length > word->length && !memcmp(spelling->bytes, word->bytes, word->length))
        return BEGINNING;
    if (length > word->length + edits || length + edits < word->length || length >= EDITED_MAX ||
        (unsigned)__builtin_popcountll(letters ^ spelling->letters) > 2 * edits)
        return 0;
    const unsigned found = distance(word->bytes, word->length, spelling->bytes, length, edits);
    if (found > edits)
        return 0;
    const float initial = spelling->bytes[0] == word->bytes[0] ? 1 : OTHER_INITIAL;
    return initial * (1 - (float)found / (float)word->length);
}

static void add_spellings(const struct question *question, size_t at, bool known,
                          struct matches *matches) {
    const struct bm25 *index = question->index;
    const struct title_word *word = &question->words[at];
    const unsigned edits = edits_allowed(word, known);
    const uint64_t letters = bm25_letters(word->bytes, word->length);
    const bool may_begin = at + 1 == question->count && word->length >= 3 && !known;
    if (edits == 0 && !may_begin)
        return;
    for (size_t s = 0; s < index->spelling_count; s++) {
        const float worth = worth_of(word, letters, &index->spellings[s], edits, may_begin);
        if (worth > 0)
            keep(matches, index->spellings[s].term, known ? OTHER_WORD * worth : worth);
    }
}

/* The words at and at + 1 written as one, if titles have that. */
static void add_pair(const struct question *question, size_t at, struct matches *matches) {
    char pair[2 * EDITED_MAX];
    if (at + 1 >= question->count)
        return;
    const struct title_word *one = &question->words[at], *two = &question->words[at + 1];
    if (one->length >= EDITED_MAX || two->length >= EDITED_MAX)
        return;
    memcpy(pair, one->bytes, one->length);
    memcpy(pair + one->length, two->bytes, two->length);
    const uint32_t term = terms_find(&question->index->terms, pair, one->length + two->length);
    if (term != TERMS_NONE)
        keep(matches, term, 1);
}

static struct matches matches_of(const struct question *question, size_t at) {
    const struct bm25 *index = question->index;
    const struct title_word *word = &question->words[at];
    struct matches matches = {.count = 0};
    const uint32_t term = terms_find(&index->terms, word->bytes, word->length);
    if (term != TERMS_NONE)
        keep(&matches, term, 1);
    add_spellings(question, at, term != TERMS_NONE, &matches);
    matches.idf = term != TERMS_NONE  ? index->idf[term]
                  : matches.count > 0 ? index->idf[matches.list[0].term]
                                      : index->idf_none * (word->light ? BM25_LIGHT : 1);
    add_pair(question, at, &matches);
    if (at > 0)
        add_pair(question, at - 1, &matches);
    return matches;
}

/* ---- Titles ---------------------------------------------------------------------------------- */

/* A wording gets for a word the best of its spellings. */
static void add_word(struct question *question, size_t at) {
    const struct bm25 *index = question->index;
    const struct matches matches = matches_of(question, at);
    question->ideal += matches.idf;
    for (size_t m = 0; m < matches.count; m++) {
        const struct match *match = &matches.list[m];
        for (uint64_t p = index->offsets[match->term]; p < index->offsets[match->term + 1]; p++) {
            const struct bm25_posting *posting = &index->postings[p];
            const float gain = match->worth * posting->weight * matches.idf;
            if (gain > question->best[posting->wording]) {
                question->sums[posting->wording] += gain - question->best[posting->wording];
                question->best[posting->wording] = gain;
            }
        }
    }
    for (size_t m = 0; m < matches.count; m++) {
        const uint32_t term = matches.list[m].term;
        for (uint64_t p = index->offsets[term]; p < index->offsets[term + 1]; p++)
            question->best[index->postings[p].wording] = 0;
    }
}

/* A year beside other words makes what is typed no longer. */
static float typed_length(const struct question *question) {
    float length = 0;
    bool others = false;
    for (size_t i = 0; i < question->count; i++)
        others |= !question->words[i].year;
    for (size_t i = 0; i < question->count; i++)
        if (!question->words[i].year || !others)
            length += question->words[i].light ? BM25_LIGHT : 1;
    return length;
}

/* Puts a title among the best; keys[room] are what they are ordered by. */
static size_t insert(struct bm25_hit *hits, float *keys, size_t count, size_t room,
                     const struct bm25_hit *hit, float key) {
    size_t at = count;
    if (count == room && (room == 0 || keys[room - 1] >= key))
        return count;
    at = count < room ? count : room - 1;
    for (; at > 0 && keys[at - 1] < key; at--) {
        hits[at] = hits[at - 1];
        keys[at] = keys[at - 1];
    }
    hits[at] = *hit;
    keys[at] = key;
    return count < room ? count + 1 : room;
}

static size_t collect(const struct question *question, struct bm25_hit *hits, float *keys,
                      size_t room) {
    const struct bm25 *index = question->index;
    const float ideal = question->ideal * bm25_norm(index, typed_length(question));
    size_t count = 0;
    for (size_t w = 0; w < index->wording_count;) {
        struct bm25_hit hit = {index->title[w], 0};
        for (; w < index->wording_count && index->title[w] == hit.title; w++) {
            const float score = question->sums[w] * index->norm[w] / ideal * index->weight[w];
            hit.score = score > hit.score ? score : hit.score;
        }
        hit.score = hit.score < 1 ? hit.score : 1;
        if (hit.score >= SCORE_LEAST)
            count = insert(hits, keys, count, room, &hit,
                           hit.score * (1 + FAME_WEIGHT * index->fame[hit.title]));
    }
    return count;
}

size_t bm25_find(const struct bm25 *index, const char *typed, size_t length, struct bm25_hit *hits,
                 size_t room) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    struct question question = {.index = index};
    question.count = title_words(typed, length < BM25_TYPED_MAX ? length : BM25_TYPED_MAX, scratch,
                                 question.words, WORDS_MAX);
    size_t count = 0;
    if (question.count > 0 && index->wording_count > 0) {
        question.sums = ARENA_ARRAY(scratch, float, index->wording_count);
        question.best = ARENA_ARRAY(scratch, float, index->wording_count);
        for (size_t i = 0; i < question.count; i++)
            add_word(&question, i);
        count = collect(&question, hits, ARENA_ARRAY(scratch, float, room), room);
    }
    arena_reset(scratch, mark);
    return count;
}

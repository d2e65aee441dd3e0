/* tfidf.c: see tfidf.h.
 *
 * Source   Salton & Buckley 1988; term choice, smoothing and the letters of words as in
 *          scikit-learn's TfidfVectorizer (words of two letters or more; analyzers word, char_wb).
 * Cost     10,000 film texts of 20 words, one to three words a term: a tenth of a second.
 * Traps    Of terms that stand equally often the one first in byte order stays. Counts are taken
 *          before the choice, so a rare long term costs memory until it is left out.
 * Checked  tests/text/test_tfidf.c, against tools/reference/tfidf.py. */
#include "text/tfidf.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "text/fold.h"
#include "text/stop_words.h"

/* What is done with each term of a text. */
typedef void take_term(void *context, const char *bytes, size_t length);

struct reader {
    const struct tfidf_options *options;
    take_term *take;
    void *context;
};

/* ---- The terms of a text --------------------------------------------------------------------- */

struct word {
    const char *bytes;
    size_t length;
};

static size_t letters_of(const char *bytes, size_t length) {
    size_t count = 0;
    for (size_t at = 0; at < length; at += fold_step(bytes + at))
        count++;
    return count;
}

/* The next word of folded text from *at on; length 0 at the end. */
static struct word next_word(const char *text, size_t size, size_t *at, const char *between) {
    *at += strspn(text + *at, between);
    const size_t length = *at < size ? strcspn(text + *at, between) : 0;
    const struct word word = {text + *at, length};
    *at += length;
    return word;
}

static void take_words(const struct reader *reader, const char *text, size_t size,
                       struct arena *scratch) {
    const struct tfidf_options *options = reader->options;
    struct word *words = ARENA_ARRAY_RAW(scratch, struct word, size / 2 + 1);
    char *term = arena_alloc_raw(scratch, size + 1);
    size_t count = 0;
    for (size_t at = 0;;) {
        const struct word word = next_word(text, size, &at, " '");
        if (word.length == 0)
            break;
        if (letters_of(word.bytes, word.length) > 1 &&
            !(options->stop_words && stop_words_has(word.bytes, word.length)))
            words[count++] = word;
    }
    for (size_t first = 0; first < count; first++) {
        size_t length = 0;
        for (size_t n = 1; n <= options->longest && first + n <= count; n++) {
            const struct word *word = &words[first + n - 1];
            if (n > 1)
                term[length++] = ' ';
            memcpy(term + length, word->bytes, word->length);
            length += word->length;
            if (n >= options->shortest)
                reader->take(reader->context, term, length);
        }
    }
}

enum { LETTERS_MAX = 128 }; /* of a word; what is longer is no word of any language */

/* The runs of n letters of " word "; a word that is shorter is taken whole, once. */
static void take_letters_of(const struct reader *reader, const char *padded, size_t size) {
    size_t starts[LETTERS_MAX + 1], count = 0, end = 0;
    for (; end < size && count < LETTERS_MAX; end += fold_step(padded + end))
        starts[count++] = end;
    starts[count] = end;
    for (size_t n = reader->options->shortest; n <= reader->options->longest; n++) {
        for (size_t first = 0; first == 0 || first + n <= count; first++) {
            const size_t last = first + n < count ? first + n : count;
            reader->take(reader->context, padded + starts[first], starts[last] - starts[first]);
        }
        if (n >= count)
            break;
    }
}

static void take_letters(const struct reader *reader, const char *text, size_t size,
                         struct arena *scratch) {
    char *padded = arena_alloc_raw(scratch, size + 3);
    for (size_t at = 0;;) {
        const struct word word = next_word(text, size, &at, " '");
        if (word.length == 0)
            break;
        padded[0] = padded[word.length + 1] = ' ';
        padded[word.length + 2] = '\0';
        memcpy(padded + 1, word.bytes, word.length);
        take_letters_of(reader, padded, word.length + 2);
    }
}

static void read_text(const struct reader *reader, const struct encoder_text *text) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    size_t size;
    const char *folded = fold_text(text->bytes, text->length, scratch, &size);
    if (reader->options->kind == TFIDF_WORDS)
        take_words(reader, folded, size, scratch);
    else
        take_letters(reader, folded, size, scratch);
    arena_reset(scratch, mark);
}

/* ---- Which terms ----------------------------------------------------------------------------- */

struct count {
    uint64_t times; /* in all texts */
    uint32_t texts;
    uint32_t last; /* the text that had it last, + 1 */
};

struct census {
    struct arena arena;
    struct terms terms;
    struct count *counts; /* [capacity] */
    size_t capacity;
    uint32_t text; /* that is being read, + 1 */
};

static void count_term(void *context, const char *bytes, size_t length) {
    struct census *census = context;
    const uint32_t term = terms_add(&census->terms, bytes, length);
    if (term >= census->capacity) {
        struct count *more = ARENA_ARRAY(&census->arena, struct count, 2 * census->capacity + 256);
        memcpy(more, census->counts, census->capacity * sizeof *more);
        census->counts = more;
        census->capacity = 2 * census->capacity + 256;
    }
    struct count *count = &census->counts[term];
    count->times++;
    count->texts += count->last != census->text;
    count->last = census->text;
}

struct chosen {
    const struct term *term;
    const struct count *count;
};

static int by_bytes(const void *a, const void *b) {
    const struct term *one = ((const struct chosen *)a)->term,
                      *two = ((const struct chosen *)b)->term;
    const int order =
        memcmp(one->bytes, two->bytes, one->length < two->length ? one->length : two->length);
    return order ? order : (one->length > two->length) - (one->length < two->length);
}

static int by_times(const void *a, const void *b) {
    const uint64_t one = ((const struct chosen *)a)->count->times,
                   two = ((const struct chosen *)b)->count->times;
    return one == two ? by_bytes(a, b) : one < two ? 1 : -1;
}

void tfidf_fit(struct tfidf *tfidf, const struct encoder_text *texts, size_t count,
               const struct tfidf_options *options, struct arena *arena) {
    ASSERT(options->shortest >= 1 && options->shortest <= options->longest);
    ASSERT(options->longest <= TFIDF_LONGEST && arena != arena_scratch());
    struct census census = {0};
    terms_init(&census.terms, &census.arena);
    const struct reader reader = {options, count_term, &census};
    for (size_t i = 0; i < count; i++) {
        census.text = (uint32_t)i + 1;
        read_text(&reader, &texts[i]);
    }
    struct chosen *chosen = ARENA_ARRAY(&census.arena, struct chosen, census.terms.count);
    size_t terms = 0;
    for (uint32_t t = 0; t < census.terms.count; t++)
        if (census.counts[t].texts >= options->min_texts)
            chosen[terms++] = (struct chosen){&census.terms.list[t], &census.counts[t]};
    qsort(chosen, terms, sizeof *chosen, by_times);
    if (options->max_terms > 0 && terms > options->max_terms)
        terms = options->max_terms;
    qsort(chosen, terms, sizeof *chosen, by_bytes);
    float *idf = ARENA_ARRAY(arena, float, terms);
    *tfidf = (struct tfidf){.options = *options, .idf = idf};
    terms_init(&tfidf->terms, arena);
    for (size_t t = 0; t < terms; t++) {
        terms_add(&tfidf->terms, chosen[t].term->bytes, chosen[t].term->length);
        idf[t] = (float)(log((1 + (double)count) / (1 + (double)chosen[t].count->texts)) + 1);
    }
    arena_release(&census.arena);
}

/* ---- Rows ------------------------------------------------------------------------------------ */

struct rows {
    const struct terms *terms;
    uint32_t *times; /* [terms] of the text that is being read */
};

static void add_term(void *context, const char *bytes, size_t length) {
    struct rows *rows = context;
    const uint32_t term = terms_find(rows->terms, bytes, length);
    if (term != TERMS_NONE)
        rows->times[term]++;
}

/* Writes the row of `times` and zeroes them; returns its length. */
static size_t finish_row(const struct tfidf *tfidf, uint32_t *times, uint32_t *columns,
                         float *values) {
    size_t count = 0;
    double squares = 0;
    for (uint32_t t = 0; t < tfidf->terms.count; t++) {
        if (times[t] == 0)
            continue;
        const double weight = tfidf->options.sublinear ? 1 + log((double)times[t]) : times[t];
        const double value = weight * (double)tfidf->idf[t];
        squares += value * value;
        columns[count] = t;
        values[count++] = (float)value;
        times[t] = 0;
    }
    const double scale = squares > 0 ? 1 / sqrt(squares) : 0;
    for (size_t i = 0; i < count; i++)
        values[i] = (float)((double)values[i] * scale);
    return count;
}

struct csr tfidf_rows(const struct tfidf *tfidf, const struct encoder_text *texts, size_t count,
                      struct arena *arena) {
    ASSERT(arena != arena_scratch());
    const size_t terms = tfidf->terms.count;
    struct arena work = {0};
    struct rows rows = {&tfidf->terms, ARENA_ARRAY(&work, uint32_t, terms)};
    const struct reader reader = {&tfidf->options, add_term, &rows};
    struct csr *parts = ARENA_ARRAY(&work, struct csr, count);
    uint32_t *columns = ARENA_ARRAY(&work, uint32_t, terms);
    float *values = ARENA_ARRAY(&work, float, terms);
    uint64_t *offsets = ARENA_ARRAY(arena, uint64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        read_text(&reader, &texts[i]);
        const size_t length = finish_row(tfidf, rows.times, columns, values);
        offsets[i + 1] = offsets[i] + length;
        uint32_t *own = ARENA_ARRAY_RAW(&work, uint32_t, length);
        float *weights = ARENA_ARRAY_RAW(&work, float, length);
        memcpy(own, columns, length * sizeof *own);
        memcpy(weights, values, length * sizeof *weights);
        parts[i] = (struct csr){.columns = own, .values = weights};
    }
    uint32_t *all = ARENA_ARRAY_RAW(arena, uint32_t, offsets[count]);
    float *weights = ARENA_ARRAY_RAW(arena, float, offsets[count]);
    for (size_t i = 0; i < count; i++) {
        const size_t length = (size_t)(offsets[i + 1] - offsets[i]);
        memcpy(all + offsets[i], parts[i].columns, length * sizeof *all);
        memcpy(weights + offsets[i], parts[i].values, length * sizeof *weights);
    }
    arena_release(&work);
    return (struct csr){.row_count = (uint32_t)count,
                        .column_count = (uint32_t)terms,
                        .offsets = offsets,
                        .columns = all,
                        .values = weights};
}

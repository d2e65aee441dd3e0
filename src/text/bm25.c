/* bm25.c: the index of titles; see bm25.h. bm25_find.c asks it.
 *
 * Source   Robertson & Zaragoza 2009, with k1 1.2 and b 0.75 over wordings of titles, in which a
 *          word stands once.
 * Idea     A title has wordings: the whole of it, each bracket, what is before the first and behind
 *          the last colon or dash. Words that stand side by side are a word too when written as
 *          one ("Spider-Man", "spiderman"), and the year is one that does not make a title longer.
 * Cost     10,000 titles: 14,000 wordings, 40,000 spellings; some 20 ms and 6 MB.
 * Checked  tests/text/test_bm25.c. */
#include "text/bm25.h"

#include <ctype.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/assert.h"
#include "base/buffer.h"
#include "text/bm25_index.h"
#include "text/title_words.h"

enum { WORDS_MAX = 32, WORDINGS_MAX = 8, PAIR_LETTERS_MIN = 5 };

static const float YEAR_WEIGHT = 0.6f, PART_WEIGHT = 0.95f, K1 = 1.2f, B = 0.75f;

/* A part of a title's text that may stand for it. */
struct wording {
    const char *text;
    size_t length;
    float weight;
};

struct entry {
    uint32_t term;
    struct bm25_posting posting;
};

struct builder {
    struct bm25 *index;
    struct arena *scratch;
    struct buffer entries, titles, lengths, weights;
    uint32_t wordings;
};

/* ---- Wordings -------------------------------------------------------------------------------- */

static size_t trimmed(const char *text, size_t length) {
    while (length > 0 && text[length - 1] == ' ')
        length--;
    return length;
}

/* Where " (1995)", " (1995-1999)" begins at the end of a title; its length if there is none. */
static size_t year_begins(const char *title) {
    const size_t length = trimmed(title, strlen(title));
    size_t at = length;
    if (length < 6 || title[length - 1] != ')')
        return length;
    while (at > 0 && title[at - 1] != '(')
        at--;
    for (size_t i = at; i + 1 < length; i++)
        if (!isdigit((unsigned char)title[i]) && title[i] != '-' && title[i] != ' ' &&
            (unsigned char)title[i] < 0x80)
            return length;
    return at > 1 && strspn(title + at, "0123456789") >= 4 ? at - 1 : length;
}

static void add(struct wording *list, size_t *count, const char *text, size_t length,
                float weight) {
    static const char also[] = "a.k.a. ";
    while (length > 0 && *text == ' ') {
        text++;
        length--;
    }
    if (length > strlen(also) && strncasecmp(text, also, strlen(also)) == 0) {
        text += strlen(also);
        length -= strlen(also);
    }
    length = trimmed(text, length);
    if (length > 0 && *count < WORDINGS_MAX)
        list[(*count)++] = (struct wording){text, length, weight};
}

/* What stands before the first and behind the last ": " or " - ". */
static void add_parts(struct wording *list, size_t *count, const char *text, size_t length) {
    size_t first = 0, last = 0;
    for (size_t i = 1; i + 2 < length; i++) {
        const bool colon = text[i] == ':' && text[i + 1] == ' ';
        const bool dash = text[i] == ' ' && text[i + 1] == '-' && text[i + 2] == ' ';
        if (!colon && !dash)
            continue;
        first = first ? first : i;
        last = i + 2;
    }
    if (first == 0)
        return;
    add(list, count, text, first, PART_WEIGHT);
    add(list, count, text + last, length - last, PART_WEIGHT);
}

/* The wordings of a title without its year: text outside brackets, brackets, parts. `plain` is
 * room for the title. */
static size_t wordings_of(const char *title, size_t length, char *plain, struct wording *list) {
    size_t used = 0, count = 0;
    size_t brackets = 0;
    struct wording bracket[WORDINGS_MAX];
    for (size_t i = 0; i < length; i++) {
        const char *close = title[i] == '(' ? memchr(title + i, ')', length - i) : NULL;
        if (!close || used == 0) { /* "(500) Days of Summer" */
            plain[used++] = title[i];
            continue;
        }
        add(bracket, &brackets, title + i + 1, (size_t)(close - title) - i - 1, 1);
        i = (size_t)(close - title);
    }
    used = trimmed(plain, used);
    add(list, &count, plain, used, 1);
    add_parts(list, &count, plain, used);
    for (size_t b = 0; b < brackets; b++)
        add(list, &count, bracket[b].text, bracket[b].length, 1);
    return count;
}

/* ---- Building -------------------------------------------------------------------------------- */

float bm25_norm(const struct bm25 *index, float length) {
    return (K1 + 1) / (1 + K1 * (1 - B + B * length / index->mean_length));
}

uint64_t bm25_letters(const char *bytes, size_t length) {
    uint64_t letters = 0;
    for (size_t i = 0; i < length; i++) {
        const unsigned char c = (unsigned char)bytes[i];
        const unsigned bit = c >= 'a' && c <= 'z' ? c - 'a' : 26 + c % 38;
        letters |= (uint64_t)1 << bit;
    }
    return letters;
}

static void add_entry(struct builder *builder, const char *bytes, size_t length, float weight) {
    const struct entry entry = {terms_add(&builder->index->terms, bytes, length),
                                {builder->wordings, weight}};
    buffer_bytes(&builder->entries, &entry, sizeof entry);
}

static void add_wording(struct builder *builder, const struct wording *wording, uint32_t title,
                        const char *year) {
    struct arena_position mark = arena_mark(builder->scratch);
    struct title_word words[WORDS_MAX];
    const size_t count =
        title_words(wording->text, wording->length, builder->scratch, words, WORDS_MAX);
    float length = 0;
    for (size_t i = 0; i < count; i++) {
        length += words[i].light ? BM25_LIGHT : 1;
        add_entry(builder, words[i].bytes, words[i].length, 1);
        if (i == 0 || words[i - 1].length + words[i].length < PAIR_LETTERS_MIN)
            continue;
        const char *pair =
            arena_format(builder->scratch, "%s%s", words[i - 1].bytes, words[i].bytes);
        add_entry(builder, pair, strlen(pair), 1);
    }
    if (*year)
        add_entry(builder, year, 4, YEAR_WEIGHT);
    arena_reset(builder->scratch, mark);
    buffer_bytes(&builder->titles, &title, sizeof title);
    buffer_bytes(&builder->lengths, &length, sizeof length);
    buffer_bytes(&builder->weights, &wording->weight, sizeof wording->weight);
    builder->wordings++;
}

static void add_title(struct builder *builder, const char *title, uint32_t number) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    struct wording list[WORDINGS_MAX];
    char year[5] = "";
    const size_t length = year_begins(title);
    if (title[length] == '(')
        memcpy(year, title + length + 1, 4);
    char *plain = arena_alloc(scratch, length + 1);
    const size_t count = wordings_of(title, length, plain, list);
    for (size_t i = 0; i < count; i++)
        add_wording(builder, &list[i], number, year);
    arena_reset(scratch, mark);
}

/* Postings by term, each term's by wording; idf from how many titles have it. */
static void sort_entries(struct builder *builder, size_t titles, struct arena *arena) {
    struct bm25 *index = builder->index;
    const struct entry *entries = (const struct entry *)(void *)builder->entries.bytes;
    const size_t count = builder->entries.size / sizeof *entries, terms = index->terms.count;
    uint64_t *offsets = ARENA_ARRAY(arena, uint64_t, terms + 2);
    struct bm25_posting *postings = ARENA_ARRAY_RAW(arena, struct bm25_posting, count);
    float *idf = ARENA_ARRAY(arena, float, terms);
    for (size_t i = 0; i < count; i++)
        offsets[entries[i].term + 2]++;
    for (size_t t = 0; t < terms; t++)
        offsets[t + 2] += offsets[t + 1];
    for (size_t i = 0; i < count; i++)
        postings[offsets[entries[i].term + 1]++] = entries[i].posting;
    for (size_t t = 0; t < terms; t++) {
        double with = 0;
        for (uint64_t p = offsets[t]; p < offsets[t + 1]; p++)
            with += p == offsets[t] ||
                    index->title[postings[p].wording] != index->title[postings[p - 1].wording];
        idf[t] = (float)log(1 + ((double)titles - with + 0.5) / (with + 0.5));
    }
    index->offsets = offsets;
    index->postings = postings;
    index->idf = idf;
    index->idf_none = (float)log(1 + ((double)titles + 0.5) / 0.5);
}

/* Light words count for little. */
static void lighten(struct bm25 *index, struct arena *scratch) {
    float *idf = (float *)(uintptr_t)index->idf;
    for (uint32_t t = 0; t < index->terms.count; t++) {
        struct title_word word;
        const struct arena_position mark = arena_mark(scratch);
        const struct term *term = &index->terms.list[t];
        if (term->length < 4 && title_words(term->bytes, term->length, scratch, &word, 1) == 1 &&
            word.light)
            idf[t] *= BM25_LIGHT;
        arena_reset(scratch, mark);
    }
}

static void list_spellings(struct bm25 *index, struct arena *arena) {
    const char *digits, *spelled;
    struct bm25_spelling *list =
        ARENA_ARRAY(arena, struct bm25_spelling, (size_t)index->terms.count + 64);
    size_t count = 0;
    for (uint32_t t = 0; t < index->terms.count; t++) {
        const struct term *term = &index->terms.list[t];
        list[count++] = (struct bm25_spelling){bm25_letters(term->bytes, term->length), term->bytes,
                                               term->length, t};
    }
    for (size_t i = 0; (spelled = title_words_spelled(i, &digits)); i++) {
        const uint32_t term = terms_find(&index->terms, digits, strlen(digits));
        const size_t length = strlen(spelled);
        if (term != TERMS_NONE)
            list[count++] = (struct bm25_spelling){bm25_letters(spelled, length), spelled,
                                                   (uint32_t)length, term};
    }
    index->spellings = list;
    index->spelling_count = count;
}

static void measure(struct builder *builder, const uint32_t *people, size_t titles,
                    struct arena *arena) {
    struct bm25 *index = builder->index;
    const float *lengths = (const float *)(void *)builder->lengths.bytes;
    const size_t count = index->wording_count = builder->wordings;
    uint32_t *title = ARENA_ARRAY_RAW(arena, uint32_t, count), most = 1;
    float *weight = ARENA_ARRAY_RAW(arena, float, count), *norm = ARENA_ARRAY(arena, float, count);
    float *fame = ARENA_ARRAY(arena, float, titles);
    double sum = 0;
    memcpy(title, builder->titles.bytes, count * sizeof *title);
    memcpy(weight, builder->weights.bytes, count * sizeof *weight);
    for (size_t w = 0; w < count; w++)
        sum += (double)lengths[w];
    index->mean_length = sum > 0 ? (float)(sum / (double)count) : 1;
    for (size_t w = 0; w < count; w++)
        norm[w] = bm25_norm(index, lengths[w]);
    for (size_t i = 0; people && i < titles; i++)
        most = people[i] > most ? people[i] : most;
    for (size_t i = 0; people && i < titles; i++)
        fame[i] = log1pf((float)people[i]) / log1pf((float)most);
    index->title = title;
    index->weight = weight;
    index->norm = norm;
    index->fame = fame;
}

struct bm25 *bm25_create(const char *const *titles, const uint32_t *people, size_t count,
                         struct arena *arena) {
    ASSERT(arena != arena_scratch());
    struct arena work = {0};
    struct bm25 *index = ARENA_NEW(arena, struct bm25);
    struct builder builder = {.index = index, .scratch = &work};
    struct arena lists[4] = {{0}};
    terms_init(&index->terms, arena);
    buffer_init(&builder.entries, &lists[0]);
    buffer_init(&builder.titles, &lists[1]);
    buffer_init(&builder.lengths, &lists[2]);
    buffer_init(&builder.weights, &lists[3]);
    for (size_t i = 0; i < count; i++)
        add_title(&builder, titles[i], (uint32_t)i);
    measure(&builder, people, count, arena);
    sort_entries(&builder, count, arena);
    lighten(index, &work);
    list_spellings(index, arena);
    for (size_t i = 0; i < 4; i++)
        arena_release(&lists[i]);
    arena_release(&work);
    return index;
}

/* word_index.c: see word_index.h.
 *
 * Cost     A catalogue of 10,000 films: reading the vectors' file, and some tens of milliseconds
 *          for titles and terms.
 * Checked  tests/service/test_service_search.c. */
#include "service/word_index.h"

#include <jansson.h>
#include <string.h>

#include "base/alloc.h"
#include "dataset/film_text.h"
#include "intent/titles.h"
#include "service/film_vectors.h"
#include "service/snapshot_edited.h"
#include "text/bm25.h"

#define SHORT_MINUTES 95
#define LONG_MINUTES 150
#define MINUTES_MAX 6000
/* A film that a tenth of the best known one's people have is known by its title. */
#define FAMOUS_SHARE 10
/* Words of tags whose plural and singular are made up. */
#define TAG_LETTERS_LEAST 4
#define TAG_WORD_BYTES 32

/* The tag with another ending of its last word, below tags that are so. */
static void add_ending(struct word_index *index, const struct token *tokens, size_t count,
                       const char *endings[2], uint32_t tag) {
    struct token made[PHRASES_WORDS_MAX + 1];
    char other[TAG_WORD_BYTES + 4];
    const char *word = tokens[count - 1].word;
    const size_t length = strlen(word), end = strlen(endings[0]);
    if (length > TAG_WORD_BYTES || strcmp(word + length - end, endings[0]) != 0)
        return;
    memcpy(other, word, length - end);
    memcpy(other + length - end, endings[1], strlen(endings[1]) + 1);
    memcpy(made, tokens, count * sizeof *made);
    made[count - 1].word = other;
    phrases_add(&index->tags, made, count, &(struct phrase){.value = tag}, &index->arena);
}

/* The tag as it is, in the plural and in the singular. */
static void add_tag(struct word_index *index, const struct token *tokens, size_t count,
                    uint32_t tag) {
    static const char *endings[][2] = {{"", "s"}, {"", "es"}, {"y", "ies"},
                                       {"s", ""}, {"es", ""}, {"ies", "y"}};
    const struct token *last = &tokens[count - 1];
    phrases_add(&index->tags, tokens, count, &(struct phrase){.value = tag, .weight = 1},
                &index->arena);
    const bool is_long = last->is_word && strlen(last->word) >= TAG_LETTERS_LEAST;
    for (size_t i = 0; is_long && i < sizeof endings / sizeof *endings; i++)
        add_ending(index, tokens, count, endings[i], tag);
}

static void index_tags(struct word_index *index) {
    const struct dataset *catalogue = index->snapshot->catalogue;
    for (uint32_t tag = 0; tag < catalogue->tag_count; tag++) {
        struct arena *scratch = arena_scratch();
        const struct arena_position mark = arena_mark(scratch);
        struct token tokens[PHRASES_WORDS_MAX + 1];
        const size_t count = tokens_of(catalogue->tags[tag], strlen(catalogue->tags[tag]), tokens,
                                       PHRASES_WORDS_MAX + 1, scratch);
        if (count > 0)
            add_tag(index, tokens, count, tag);
        arena_reset(scratch, mark);
    }
    phrases_finish(&index->tags);
}

static void read_minutes(struct word_index *index) {
    const struct dataset *catalogue = index->snapshot->catalogue;
    index->minutes = ARENA_ARRAY(&index->arena, uint16_t, index->item_count);
    for (size_t i = 0; i < index->item_count; i++) {
        const char *facts = catalogue->movies[i].facts;
        json_t *object = facts ? json_loads(facts, 0, NULL) : NULL;
        const double minutes = json_number_value(json_object_get(object, "runtime"));
        if (minutes >= 1 && minutes <= MINUTES_MAX)
            index->minutes[i] = (uint16_t)minutes;
        index->has_minutes = index->has_minutes || index->minutes[i] > 0;
        json_decref(object);
    }
}

static void index_sentences(struct word_index *index) {
    const struct dataset *catalogue = index->snapshot->catalogue;
    /* All terms: a word that one film alone has is what a wish may ask for. */
    const struct tfidf_options options = {.kind = TFIDF_WORDS,
                                          .shortest = 1,
                                          .longest = 2,
                                          .min_texts = 1,
                                          .stop_words = true,
                                          .sublinear = true};
    struct arena texts_arena = {0};
    struct encoder_text *texts = ARENA_ARRAY(&texts_arena, struct encoder_text, index->item_count);
    for (uint32_t i = 0; i < index->item_count; i++) {
        texts[i].bytes = film_text_sentence(catalogue, i, &FILM_TEXT_SPOKEN, &texts_arena);
        texts[i].length = strlen(texts[i].bytes);
    }
    tfidf_fit(&index->tfidf, texts, index->item_count, &options, &index->arena);
    index->rows = tfidf_rows(&index->tfidf, texts, index->item_count, &index->arena);
    arena_release(&texts_arena);
}

static void index_titles(struct word_index *index) {
    const struct snapshot *snapshot = index->snapshot;
    const struct movie *movies = snapshot->catalogue->movies;
    titles_index(&index->titles, movies, snapshot->counts, index->item_count, &index->arena);
    phrases_finish(&index->titles);
    for (size_t i = 0; i < index->item_count; i++)
        index->last_year = movies[i].year > index->last_year ? movies[i].year : index->last_year;
}

/* Of the films as they are now, those that were encoded before as they were. */
static const float *vectors_of(struct word_index *index, const atomic_bool *cancel) {
    const struct snapshot *snapshot = index->snapshot;
    if (!snapshot->edited)
        return film_vectors(index->words, snapshot->catalogue, cancel, &index->arena);
    const struct word_index *origin = atomic_load(&snapshot->origin->words->index);
    const struct film_vectors_known known = {.vectors = origin->vectors,
                                             .item_count = origin->item_count,
                                             .edited = snapshot->edited->items,
                                             .edited_count = snapshot->edited->edits->count};
    return film_vectors_edited(index->words, snapshot->catalogue, &known, &index->arena);
}

struct word_index *word_index_create(const struct snapshot *snapshot, const struct words *words,
                                     const atomic_bool *cancel) {
    const struct dataset *catalogue = snapshot->catalogue;
    struct word_index *index = alloc_zeroed(1, sizeof *index);
    index->snapshot = snapshot;
    index->words = words;
    index->item_count = catalogue->items.count;
    index->dimension = words_dimension(words);
    index->vectors = vectors_of(index, cancel);
    if (!index->vectors) {
        word_index_destroy(index);
        return NULL;
    }
    const struct intent_material material = {.values = words_values(words),
                                             .genre_names = catalogue->genres,
                                             .genre_count = catalogue->genre_count,
                                             .genres = snapshot->genres,
                                             .films = index->vectors,
                                             .item_count = index->item_count,
                                             .dimension = index->dimension,
                                             .anchors = words_anchors(words),
                                             .calibration = words_calibration(words)};
    intent_prepare(&index->intent, &material, &index->arena);
    index_titles(index);
    index_tags(index);
    index_sentences(index);
    read_minutes(index);
    index->cache = wish_cache_create();
    return index;
}

void word_index_destroy(struct word_index *index) {
    if (!index)
        return;
    wish_cache_destroy(index->cache);
    arena_release(&index->arena);
    alloc_free(index);
}

/* ---- What the rules ask ---- */

static const char *film_title(const void *context, uint32_t film) {
    const struct word_index *index = context;
    return index->snapshot->catalogue->movies[film].title;
}

static const char *tag_name(const void *context, uint32_t tag) {
    const struct word_index *index = context;
    return index->snapshot->catalogue->tags[tag];
}

/* A title with a slip of the pen: all of the words. */
static size_t find_film(const void *context, const struct token *tokens, size_t count,
                        uint32_t *film) {
    const struct word_index *index = context;
    char typed[BM25_TYPED_MAX];
    size_t length = 0;
    struct title_hit hit;
    for (size_t i = 0; i < count; i++) {
        const size_t size = strlen(tokens[i].word);
        if (length + size + 1 > sizeof typed)
            return 0;
        if (length > 0)
            typed[length++] = ' ';
        memcpy(typed + length, tokens[i].word, size);
        length += size;
    }
    typed[length] = '\0';
    if (service_find_titles(index->snapshot, typed, &hit, 1) == 0 || hit.score < BM25_SURE)
        return 0;
    *film = hit.item;
    return count;
}

struct rules_context word_index_rules(const struct word_index *index) {
    const struct dataset *catalogue = index->snapshot->catalogue;
    return (struct rules_context){.genres = catalogue->genres,
                                  .genre_count = catalogue->genre_count,
                                  .titles = &index->titles,
                                  .tags = &index->tags,
                                  .film_title = film_title,
                                  .tag_name = tag_name,
                                  .context = index,
                                  .find_film = find_film,
                                  .people = index->snapshot->counts,
                                  .famous = index->snapshot->count_max / FAMOUS_SHARE + 1,
                                  .last_year = index->last_year,
                                  .has_minutes = index->has_minutes,
                                  .short_minutes = SHORT_MINUTES,
                                  .long_minutes = LONG_MINUTES};
}

bool word_index_has_tag(const struct word_index *index, uint32_t item, uint32_t tag) {
    const struct dataset *catalogue = index->snapshot->catalogue;
    if (!catalogue->tag_offsets)
        return false;
    for (uint64_t i = catalogue->tag_offsets[item]; i < catalogue->tag_offsets[item + 1]; i++)
        if (catalogue->movie_tags[i].tag == tag)
            return true;
    return false;
}

void word_index_compare(const struct word_index *index, const char *text, float *cosines) {
    const struct encoder_text typed = {text, strlen(text)};
    struct arena arena = {0};
    const struct csr row = tfidf_rows(&index->tfidf, &typed, 1, &arena);
    float *weights = ARENA_ARRAY(&arena, float, index->tfidf.terms.count + 1);
    for (uint64_t i = row.offsets[0]; i < row.offsets[1]; i++)
        weights[row.columns[i]] = row.values[i];
    for (size_t item = 0; item < index->item_count; item++) {
        float sum = 0;
        for (uint64_t i = index->rows.offsets[item]; i < index->rows.offsets[item + 1]; i++)
            sum += weights[index->rows.columns[i]] * index->rows.values[i];
        cosines[item] = sum;
    }
    arena_release(&arena);
}

/* bench_search.c: see bench_search.h.
 *
 * Idea     A tag is what somebody said of a film: who asks with it should find the film though
 *          nothing that is known of it has the tag. Its sentence and its row of TF-IDF are made
 *          anew without it; all other films stay as they are. Films are split into two halves by
 *          a hash of film and seed; values are chosen on one, the other is read once.
 * People   Of each person up to HELD_OUT liked films that have tags are taken out of the ratings
 *          before the model is fitted and popularity counted.
 * Checked  tests/cli/bench.t. */
#include "cli/bench_search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/progress.h"
#include "base/rng.h"
#include "dataset/film_text.h"
#include "experiment/experiment.h"
#include "experiment/item_text.h"
#include "kernels/kernels.h"
#include "models/model.h"
#include "service/snapshot.h"
#include "service/wish_read.h"

#define HELD_OUT 3
#define LIKED 4.0f

struct bench_case {
    uint32_t user, item, tag; /* user DATASET_NONE: nobody */
};

struct bench {
    const struct dataset *data; /* its interactions are all that is known */
    const struct words *words;
    const struct bench_options *options;
    struct arena *arena;
    struct bench_case *cases;
    size_t count, room;
    const struct word_index *index;
    const struct model *model;
};

/* Whether the film is of the half that is measured. */
static bool is_in_part(const struct bench_options *options, uint32_t item) {
    struct rng rng;
    rng_init(&rng, options->seed, item);
    return (rng_next(&rng) >> 63) == options->is_test;
}

static void add_case(struct bench *bench, struct bench_case one) {
    if (bench->count == bench->room) {
        bench->room = bench->room ? 2 * bench->room : 1024;
        struct bench_case *cases = ARENA_ARRAY_RAW(bench->arena, struct bench_case, bench->room);
        if (bench->count > 0)
            memcpy(cases, bench->cases, bench->count * sizeof *cases);
        bench->cases = cases;
    }
    bench->cases[bench->count++] = one;
}

static size_t tag_count(const struct dataset *data, uint32_t item) {
    return (size_t)(data->tag_offsets[item + 1] - data->tag_offsets[item]);
}

static void list_tags(struct bench *bench) {
    const struct dataset *data = bench->data;
    for (uint32_t item = 0; item < data->items.count; item++)
        for (uint64_t i = data->tag_offsets[item];
             is_in_part(bench->options, item) && i < data->tag_offsets[item + 1]; i++)
            add_case(bench, (struct bench_case){DATASET_NONE, item, data->movie_tags[i].tag});
}

/* Of each person some liked films that have tags, and of each of them one tag. `held` marks rows of
 * the ratings. */
static void list_people(struct bench *bench, bool *held) {
    const struct dataset *data = bench->data;
    const struct interactions *all = &data->interactions;
    for (uint32_t user = 0; user < all->user_count; user++) {
        struct arena *scratch = arena_scratch();
        const struct arena_position mark = arena_mark(scratch);
        const uint32_t most = (uint32_t)(all->offsets[user + 1] - all->offsets[user]);
        uint32_t *rows = ARENA_ARRAY(scratch, uint32_t, most), count = 0;
        struct rng rng;
        for (uint32_t r = 0; r < most; r++) {
            const size_t row = (size_t)all->offsets[user] + r;
            if (interactions_rating(all, row) >= LIKED && tag_count(data, all->items[row]) > 0 &&
                is_in_part(bench->options, all->items[row]))
                rows[count++] = r;
        }
        rng_init(&rng, bench->options->seed, ((uint64_t)1 << 32) + user);
        rng_shuffle(&rng, rows, count);
        for (uint32_t r = 0; r < count && r < HELD_OUT; r++) {
            const size_t row = (size_t)all->offsets[user] + rows[r];
            const uint32_t item = all->items[row];
            const uint64_t tag =
                data->tag_offsets[item] + rng_below(&rng, (uint32_t)tag_count(data, item));
            held[row] = true;
            add_case(bench, (struct bench_case){user, item, data->movie_tags[tag].tag});
        }
        arena_reset(scratch, mark);
    }
}

static int by_tag(const void *a, const void *b) {
    const struct bench_case *x = a, *y = b;
    if (x->tag != y->tag)
        return x->tag < y->tag ? -1 : 1;
    if (x->item != y->item)
        return x->item < y->item ? -1 : 1;
    return x->user < y->user ? -1 : x->user > y->user;
}

/* A sample of the cases, in the order of tags, so that each wish is read once. */
static void draw(struct bench *bench) {
    struct rng rng;
    rng_init(&rng, bench->options->seed, (uint64_t)1 << 40);
    const size_t most = bench->options->cases_most;
    for (size_t i = 0; i + 1 < bench->count; i++) {
        const size_t other = i + rng_below(&rng, (uint32_t)(bench->count - i));
        const struct bench_case one = bench->cases[i];
        bench->cases[i] = bench->cases[other];
        bench->cases[other] = one;
    }
    bench->count = most > 0 && most < bench->count ? most : bench->count;
    if (bench->count > 0)
        qsort(bench->cases, bench->count, sizeof *bench->cases, by_tag);
}

/* ---- One case ---- */

static bool is_ranked(const struct bench *bench, const struct bench_case *one,
                      const struct history *history, uint32_t item) {
    if (item == one->item)
        return true;
    if (word_index_has_tag(bench->index, item, one->tag))
        return false;
    for (size_t i = 0; i < history->count; i++)
        if (history->items[i] == item)
            return false;
    return true;
}

/* ranked[items] */
static const bool *films_of(const struct bench *bench, const struct bench_case *one,
                            const struct history *history, struct arena *arena) {
    bool *ranked = ARENA_ARRAY(arena, bool, bench->index->item_count);
    for (uint32_t i = 0; i < bench->index->item_count; i++)
        ranked[i] = is_ranked(bench, one, history, i);
    return ranked;
}

/* The rank of the film among the others by values[items], its own being `own`. */
static float rank_of(const float *values, const bool *ranked, size_t count, uint32_t item,
                     float own) {
    size_t better = 1;
    for (size_t i = 0; i < count; i++)
        better += i != item && ranked[i] && values[i] >= own;
    return (float)better;
}

/* The film's cosine with the text without the tag among its words, by TF-IDF. */
static float compare_words(const struct bench *bench, const char *sentence, const char *text,
                           struct arena *arena) {
    const struct encoder_text texts[] = {{sentence, strlen(sentence)}, {text, strlen(text)}};
    const struct csr rows = tfidf_rows(&bench->index->tfidf, texts, 2, arena);
    const struct csr_row film = csr_row(&rows, 0), wish = csr_row(&rows, 1);
    float sum = 0;
    for (size_t i = 0; i < wish.count; i++) {
        const size_t at = csr_row_find(&film, wish.columns[i]);
        sum += at < film.count ? film.values[at] * wish.values[i] : 0;
    }
    return sum;
}

/* The chain's rank, with the candidate's own figures without the tag. */
static float rank_chain(const struct bench *bench, const struct wish_entry *entry,
                        const struct bench_case *one, const bool *ranked,
                        const struct query *query) {
    struct arena arena = {0};
    struct search_scores scores;
    service_search_scores(bench->index, entry, query, &arena, &scores);
    size_t own = 0, better = 1, films = 1;
    while (own < scores.count && scores.items[own] != one->item)
        own++;
    for (size_t i = 0; i < scores.count; i++) {
        if (i == own || !ranked[scores.items[i]])
            continue;
        films++;
        if (own < scores.count)
            better += scores.tiers[i] < scores.tiers[own] ||
                      (scores.tiers[i] == scores.tiers[own] &&
                       scores.scores[i] >= scores.scores[own] - scores.tags[own]);
    }
    arena_release(&arena);
    return (float)(own < scores.count ? better : films);
}

/* The film's own place in what was read of the wish, without the tag. */
struct own_place {
    float *cosine, *text;
    float old_cosine, old_text;
};

static struct own_place replace(const struct wish_entry *entry, uint32_t item, float cosine,
                                float text) {
    size_t place = 0;
    while (place < entry->count && entry->items[place] != item)
        place++;
    if (place == entry->count)
        return (struct own_place){0};
    struct own_place own = {.cosine = &entry->cosines[place],
                            .text = &entry->texts[place],
                            .old_cosine = entry->cosines[place],
                            .old_text = entry->texts[place]};
    *own.cosine = cosine;
    *own.text = text;
    return own;
}

/* A tag as a wish: read once for all films that have it. */
struct asked_tag {
    struct wish_entry *entry;
    float *vector, *cosines, *texts; /* of the words alone; [dimension], [items], [items] */
};

static void ask(const struct bench *bench, const char *text, struct asked_tag *asked) {
    const struct word_index *index = bench->index;
    const struct wish_key key = {.text = text, .length = strlen(text)};
    const struct encoder_text typed = {text, key.length};
    wish_cache_release(asked->entry);
    asked->entry = wish_read(index, &key, words_values(bench->words)->alphas);
    words_encode(bench->words, &typed, 1, asked->vector);
    kernels()->gather_dot(asked->cosines, asked->vector, index->vectors, index->dimension,
                          index->dimension, NULL, index->item_count);
    word_index_compare(index, text, asked->texts);
}

static void measure(const struct bench *bench, const struct bench_case *one,
                    const struct asked_tag *asked, struct bench_ranks *ranks, size_t c) {
    struct arena arena = {0};
    const struct word_index *index = bench->index;
    const struct dataset *data = index->snapshot->catalogue;
    const struct encoder_calibration calibration = words_calibration(bench->words);
    const bool is_known = one->user != DATASET_NONE;
    struct query query = {.user = MODEL_NO_USER};
    const struct history history =
        is_known ? interactions_history(&data->interactions, one->user) : (struct history){0};
    const bool *ranked = films_of(bench, one, &history, &arena);
    struct film_text_form form = FILM_TEXT_SPOKEN;
    form.left_out = one->tag;
    const char *sentence = film_text_sentence(data, one->item, &form, &arena);
    const struct encoder_text text = {sentence, strlen(sentence)};
    float *vector = ARENA_ARRAY(&arena, float, index->dimension);
    words_encode(bench->words, &text, 1, vector);
    const float cosine = kernels()->dot(vector, asked->vector, index->dimension);
    const float sought = kernels()->dot(vector, asked->entry->wish.sought, index->dimension);
    const float words = compare_words(bench, sentence, data->tags[one->tag], &arena);
    const struct own_place own =
        replace(asked->entry, one->item, calibration.scale * sought + calibration.offset, words);
    ranks->ranks[BENCH_ENCODER][c] =
        rank_of(asked->cosines, ranked, index->item_count, one->item, cosine);
    ranks->ranks[BENCH_TFIDF][c] =
        rank_of(asked->texts, ranked, index->item_count, one->item, words);
    ranks->ranks[BENCH_CHAIN][c] = rank_chain(bench, asked->entry, one, ranked, &query);
    query = (struct query){.user = one->user, .history = history};
    if (is_known)
        ranks->ranks[BENCH_PERSONAL][c] = rank_chain(bench, asked->entry, one, ranked, &query);
    if (own.cosine) {
        *own.cosine = own.old_cosine;
        *own.text = own.old_text;
    }
    arena_release(&arena);
}

static void measure_all(const struct bench *bench, struct bench_ranks *ranks) {
    struct arena *arena = bench->arena;
    struct asked_tag asked = {.vector = ARENA_ARRAY(arena, float, bench->index->dimension),
                              .cosines = ARENA_ARRAY(arena, float, bench->index->item_count),
                              .texts = ARENA_ARRAY(arena, float, bench->index->item_count)};
    struct progress progress;
    ranks->count = bench->count;
    for (size_t r = 0; r < BENCH_RANKERS; r++)
        if (r != BENCH_PERSONAL || bench->options->is_personal)
            ranks->ranks[r] = ARENA_ARRAY(arena, float, bench->count);
    progress_init(&progress, false);
    progress_begin(&progress, "asking", (double)bench->count);
    for (size_t c = 0; c < bench->count; c++) {
        const struct bench_case *one = &bench->cases[c];
        if (c == 0 || one->tag != bench->cases[c - 1].tag)
            ask(bench, bench->data->tags[one->tag], &asked);
        measure(bench, one, &asked, ranks, c);
        progress_update(&progress, (double)c + 1);
    }
    progress_end(&progress);
    wish_cache_release(asked.entry);
}

/* ---- The model and the catalogue without what was held out ---- */

static bool is_kept(void *context, uint32_t user, size_t row) {
    (void)user;
    return !((const bool *)context)[row];
}

static enum status fit(struct model **out, const struct bench_options *options,
                       const struct dataset *catalogue, struct arena *arena, struct error *error) {
    const struct model_ops *ops;
    struct progress progress;
    TRY(model_find(&ops, options->model, error));
    struct settings *settings = experiment_settings_for(ops, arena);
    for (size_t i = 0; i < options->pair_count; i++)
        TRY(settings_set_pair(settings, options->pairs[i], NULL, error));
    if (ops->suggest)
        ops->suggest(settings, &catalogue->interactions);
    TRY(ops->create(out, settings, error));
    progress_init(&progress, false);
    /* What is written of the films without any tag: one of them is asked for. */
    struct dataset silent = *catalogue;
    silent.arena = (struct arena){0};
    silent.tag_offsets = NULL;
    enum status status = STATUS_OK;
    if ((*out)->needs & MODEL_NEEDS_TEXT)
        status = item_text_attach(&silent, settings, &progress, error);
    const struct fit_input input = {.train = &catalogue->interactions,
                                    .features = silent.features,
                                    .feature_count = silent.feature_count,
                                    .seed = options->seed,
                                    .progress = &progress};
    if (status == STATUS_OK)
        status = ops->fit(*out, &input, error);
    arena_release(&silent.arena);
    return status;
}

static enum status measure_with(struct bench *bench, const struct dataset *catalogue,
                                struct bench_ranks *ranks, struct error *error) {
    struct model *model = NULL;
    struct snapshot *snapshot;
    enum status status = fit(&model, bench->options, catalogue, bench->arena, error);
    const struct snapshot_source source = {.model = model, .catalogue = catalogue};
    if (status == STATUS_OK)
        status = snapshot_create(&snapshot, &source, error);
    if (status == STATUS_OK) {
        struct word_index *index = word_index_create(snapshot, bench->words, NULL);
        bench->index = index;
        bench->model = model;
        measure_all(bench, ranks);
        word_index_destroy(index);
        snapshot_release(snapshot);
    }
    model_destroy(model);
    return status;
}

enum status bench_search_run(const struct dataset *data, const struct words *words,
                             const struct bench_options *options, struct arena *arena,
                             struct bench_ranks *ranks, struct error *error) {
    struct bench bench = {.data = data, .words = words, .options = options, .arena = arena};
    struct dataset catalogue = *data; /* shares all but the ratings */
    *ranks = (struct bench_ranks){0};
    if (!data->tag_offsets)
        return error_set(error, STATUS_NOT_FOUND,
                         "%s has no tags to ask with; ml-latest-small and the built-in data have",
                         data->name);
    bool *held = ARENA_ARRAY(arena, bool, data->interactions.count);
    if (options->is_personal)
        list_people(&bench, held);
    else
        list_tags(&bench);
    draw(&bench);
    catalogue.interactions = interactions_filter(&data->interactions, is_kept, held, arena);
    return measure_with(&bench, &catalogue, ranks, error);
}

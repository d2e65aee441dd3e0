/* service_explain.c: why a film is on the list: the films of the person's past that speak for it.
 *
 * Idea     A model that can tell shares its score out over the history (ops->explain). For one that
 *          cannot, the best-rated films of the history are held against the recommended one: by the
 *          model's item vectors, else by what the model would say to a person who has seen only
 *          that film. A share counts only if it speaks for the film; shares are given as parts of
 *          the sum of those. Where nothing of the kind can be said, nothing is: a model whose
 *          scores say nothing of taste, a history that speaks for all films of the list alike.
 * Traps    What a model says to the owner of one film contains how popular the recommended film is;
 *          the mean over the history is taken off, so that only differences count.
 * Cost     With ops->explain one call for each film of the list; else one batch of at most PAST_MAX
 *          one-item histories.
 * Checked  tests/service/test_service_explain.c. */
#include <math.h>
#include <string.h>

#include "service/film_remarks.h"
#include "service/service_internal.h"
#include "service/service_why.h"

/* How much of a long past is looked at when the model itself cannot explain. */
#define PAST_MAX 32
#define LIKED_GENRE 3 /* a preference above it, of 1 to 5 */
/* Shares below this are rounding. */
#define LEAST_SHARE 1e-6f
/* Shares that differ by less than this part from film to film of the list are the same for all. */
#define LEAST_APART 0.1f

/* One row of the history that is held against the recommended films. */
struct past {
    uint32_t item;
    float rating;
};

/* The best-rated rows, the latest first among equals; returns how many. */
static size_t best_of_past(const struct history *history, struct past past[PAST_MAX]) {
    size_t count = 0;
    for (size_t i = history->count; i-- > 0;) {
        const struct past row = {history->items[i], history->ratings ? history->ratings[i] : 1};
        size_t at = count < PAST_MAX ? count : PAST_MAX;
        while (at > 0 && past[at - 1].rating < row.rating)
            at--;
        if (at == PAST_MAX)
            continue;
        const size_t kept = count < PAST_MAX ? count : PAST_MAX - 1;
        memmove(&past[at + 1], &past[at], (kept - at) * sizeof *past);
        past[at] = row;
        count += count < PAST_MAX;
    }
    return count;
}

/* shares[past][list]: what the model says to people who have seen just one film. */
static void shares_by_score(const struct snapshot *snapshot, const struct past *past, size_t count,
                            const struct recommend_answer *answer, float *shares) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    const struct interactions *known = &snapshot->catalogue->interactions;
    struct query queries[PAST_MAX];
    static const int64_t FIRST = 1;
    for (size_t p = 0; p < count; p++)
        queries[p] = (struct query){.user = MODEL_NO_USER,
                                    .history = {.count = 1,
                                                .items = &past[p].item,
                                                .ratings = known->ratings ? &past[p].rating : NULL,
                                                .times = known->times ? &FIRST : NULL}};
    uint32_t *items = ARENA_ARRAY(scratch, uint32_t, answer->count);
    for (size_t i = 0; i < answer->count; i++)
        items[i] = answer->list[i].item;
    snapshot->model->ops->score(snapshot->model, queries, count, items, answer->count, shares);
    arena_reset(scratch, mark);
}

static void shares_by_vectors(const struct snapshot *snapshot, const struct past *past,
                              size_t count, const struct recommend_answer *answer, float *shares) {
    for (size_t p = 0; p < count; p++)
        for (size_t i = 0; i < answer->count; i++)
            shares[p * answer->count + i] =
                -service_distance(snapshot, past[p].item, answer->list[i].item);
}

/* Takes the mean of each column off; a history of one film has only that to be the reason. */
static void compare_shares(size_t count, size_t list_count, float *shares) {
    for (size_t i = 0; i < list_count; i++) {
        double mean = 0;
        for (size_t p = 0; p < count && count > 1; p++)
            mean += (double)shares[p * list_count + i] / (double)count;
        for (size_t p = 0; p < count; p++) {
            float *share = &shares[p * list_count + i];
            *share = count == 1 ? 1 : *share - (float)mean;
        }
    }
}

/* Whether the past says of some film of the list what it does not say of another. */
static bool tell_apart(size_t count, size_t list_count, const float *shares) {
    float largest = 0, apart = 0;
    for (size_t p = 0; p < count; p++) {
        const float *row = &shares[p * list_count];
        float low = row[0], high = row[0];
        for (size_t i = 1; i < list_count; i++) {
            low = fminf(low, row[i]);
            high = fmaxf(high, row[i]);
        }
        largest = fmaxf(largest, fmaxf(high, -low));
        apart = fmaxf(apart, high - low);
    }
    if (largest <= LEAST_SHARE)
        return false;
    return count == 1 || list_count == 1 || apart > LEAST_APART * largest;
}

/* Keeps the largest positive shares of one film; shares[p * stride]. */
static void keep_largest(struct recommendation *film, const struct past *past, const float *shares,
                         size_t count, size_t stride) {
    double sum = 0;
    film->reason_count = 0;
    for (size_t p = 0; p < count; p++) {
        const float share = shares[p * stride];
        if (!(share > 0))
            continue;
        sum += (double)share;
        size_t at = film->reason_count;
        while (at > 0 && film->reasons[at - 1].share < share)
            at--;
        if (at == SERVICE_REASONS_MAX)
            continue;
        const size_t kept =
            film->reason_count < SERVICE_REASONS_MAX ? film->reason_count : SERVICE_REASONS_MAX - 1;
        memmove(&film->reasons[at + 1], &film->reasons[at], (kept - at) * sizeof *film->reasons);
        film->reasons[at].item = past[p].item;
        film->reasons[at].share = share;
        film->reason_count += film->reason_count < SERVICE_REASONS_MAX;
    }
    for (size_t i = 0; i < film->reason_count; i++)
        film->reasons[i].share = (float)((double)film->reasons[i].share / sum);
}

/* By the model's own word, one film after another. */
static void explain_by_model(const struct snapshot *snapshot, const struct query *query,
                             struct recommend_answer *answer) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    const struct history *history = &query->history;
    float *shares = ARENA_ARRAY(scratch, float, history->count);
    struct past *past = ARENA_ARRAY(scratch, struct past, history->count);
    for (size_t h = 0; h < history->count; h++)
        past[h] = (struct past){history->items[h], history->ratings ? history->ratings[h] : 1};
    for (size_t i = 0; i < answer->count; i++) {
        snapshot->model->ops->explain(snapshot->model, query, answer->list[i].item, shares);
        keep_largest(&answer->list[i], past, shares, history->count, 1);
    }
    arena_reset(scratch, mark);
}

static void explain_by_comparison(const struct snapshot *snapshot, const struct query *query,
                                  struct recommend_answer *answer) {
    struct past past[PAST_MAX];
    const size_t count = best_of_past(&query->history, past);
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    float *shares = ARENA_ARRAY(scratch, float, count * answer->count);
    if (snapshot->vectors)
        shares_by_vectors(snapshot, past, count, answer, shares);
    else
        shares_by_score(snapshot, past, count, answer, shares);
    compare_shares(count, answer->count, shares);
    const bool tells = tell_apart(count, answer->count, shares);
    for (size_t i = 0; i < answer->count && tells; i++)
        keep_largest(&answer->list[i], past, shares + i, count, answer->count);
    arena_reset(scratch, mark);
}

/* Whether the person liked an item of the history. */
static bool is_liked(const struct snapshot *snapshot, const struct history *history,
                     uint32_t item) {
    size_t h = 0;
    while (h < history->count && history->items[h] != item)
        h++;
    return h < history->count && film_remarks_liked(snapshot, history, h);
}

/* What can be said of a film for which nothing in the person's past speaks. */
static const char *without_reasons(const struct snapshot *snapshot, bool personal, bool scored,
                                   uint32_t item, struct arena *arena) {
    const unsigned traits = snapshot->model->traits;
    if (scored && !personal && traits & MODEL_RANDOM)
        return "drawn by lot";
    return arena_format(arena, "%s%u of %u people have it",
                        personal ? "no film of the past speaks for it alone; " : "popular: ",
                        snapshot->counts[item], snapshot->catalogue->users.count);
}

static const char *sentence(const struct snapshot *snapshot, const struct history *history,
                            const struct recommendation *film, struct arena *arena) {
    const struct movie *movies = snapshot->catalogue->movies;
    bool liked = true;
    const char *titles = movies[film->reasons[0].item].title;
    for (size_t i = 0; i < film->reason_count; i++) {
        liked = liked && is_liked(snapshot, history, film->reasons[i].item);
        if (i > 0)
            titles =
                arena_format(arena, "%s%s%s", titles, i + 1 < film->reason_count ? ", " : " and ",
                             movies[film->reasons[i].item].title);
    }
    return arena_format(arena, "because you %s %s", liked ? "liked" : "saw", titles);
}

/* The film's genres that the person likes, where they are what the model read; NULL: none. */
static const char *liked_genres(const struct snapshot *snapshot, const struct query *query,
                                uint32_t item, struct arena *arena) {
    const struct dataset *catalogue = snapshot->catalogue;
    const char *names = NULL;
    if (!query->genre_preference || query->history.count > 0 ||
        !(snapshot->model->traits & MODEL_READS_GENRES))
        return NULL;
    for (uint32_t g = 0; g < catalogue->genre_count; g++)
        if (catalogue->movies[item].genres >> g & 1 && query->genre_preference[g] > LIKED_GENRE)
            names = names ? arena_format(arena, "%s, %s", names, catalogue->genres[g])
                          : catalogue->genres[g];
    return names ? arena_format(arena, "because you like %s", names) : NULL;
}

void service_explain_sentence(const struct snapshot *snapshot, const struct query *query,
                              bool scored, struct arena *arena, struct recommendation *film) {
    const bool personal =
        scored && query->history.count > 0 && !(snapshot->model->traits & MODEL_IMPERSONAL);
    const char *genres = liked_genres(snapshot, query, film->item, arena);
    const char *likeness = film_remarks_likeness(snapshot, film->item, arena);
    film->why = genres ? genres
                : film->reason_count > 0
                    ? sentence(snapshot, &query->history, film, arena)
                    : without_reasons(snapshot, personal, scored, film->item, arena);
    if (likeness)
        film->why = arena_format(arena, "new: %s; %s", likeness, film->why);
}

void service_explain_rows(const struct why_row *rows, size_t count, struct recommendation *film) {
    film->reason_count = 0;
    for (size_t r = 0; r < count && r < SERVICE_REASONS_MAX && rows[r].share > 0; r++) {
        film->reasons[r].item = rows[r].item;
        film->reasons[r].share = rows[r].share;
        film->reason_count++;
    }
}

void service_explain_parts(const struct snapshot *snapshot, const struct query *query,
                           struct arena *arena, struct recommend_answer *answer) {
    const struct model *model = snapshot->model;
    if (!model->ops->parts)
        return;
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    const char *names[MODEL_PARTS_MAX];
    uint32_t *items = ARENA_ARRAY(scratch, uint32_t, answer->count);
    float *amounts = ARENA_ARRAY(scratch, float, answer->count *MODEL_PARTS_MAX);
    for (size_t i = 0; i < answer->count; i++)
        items[i] = answer->list[i].item;
    const size_t count = model->ops->parts(model, query, items, answer->count, names, amounts);
    for (size_t i = 0; i < answer->count; i++) {
        const float *own = amounts + i * MODEL_PARTS_MAX;
        struct film_part *parts = ARENA_ARRAY(arena, struct film_part, count);
        double sum = 0;
        for (size_t p = 0; p < count; p++)
            sum += fmax((double)own[p], 0);
        for (size_t p = 0; p < count; p++)
            parts[p] = (struct film_part){names[p], own[p],
                                          own[p] > 0 ? (float)((double)own[p] / sum) : 0};
        answer->list[i].parts = parts;
        answer->list[i].part_count = count;
    }
    arena_reset(scratch, mark);
}

static void add_notes(const struct snapshot *snapshot, const struct query *query,
                      struct arena *arena, struct recommend_answer *answer) {
    const struct film_taste taste = film_remarks_taste(snapshot, &query->history);
    const struct film_fame fame = film_remarks_fame(snapshot);
    for (size_t i = 0; i < answer->count; i++) {
        struct film_remark *notes = ARENA_ARRAY(arena, struct film_remark, FILM_REMARKS_MAX);
        answer->list[i].note_count =
            film_remarks_write(&fame, &taste, answer->list[i].item, arena, notes);
        answer->list[i].notes = notes;
    }
}

void service_explain(const struct snapshot *snapshot, const struct query *query, bool scored,
                     struct arena *arena, struct recommend_answer *answer) {
    const struct model *model = snapshot->model;
    const bool personal = scored && query->history.count > 0 && !(model->traits & MODEL_IMPERSONAL);
    if (personal && answer->count > 0) {
        if (model->ops->explain && !(model->traits & MODEL_NO_EXPLAIN))
            explain_by_model(snapshot, query, answer);
        else
            explain_by_comparison(snapshot, query, answer);
        service_explain_parts(snapshot, query, arena, answer);
    }
    add_notes(snapshot, query, arena, answer);
    for (size_t i = 0; i < answer->count; i++)
        service_explain_sentence(snapshot, query, scored, arena, &answer->list[i]);
}

/* service_browse.c: see service_browse.h.
 *
 * Idea     Every order is a row of numbers over the films, higher first; filters write minus
 *          infinity into it, and what is left is sorted.
 * Cost     A pass over the films and a sort of those that pass; the first page of trending a pass
 *          over the histories, of titles a sort of them all, which are kept.
 * Checked  tests/service/test_service_browse.c. */
#include "service/service_browse.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "service/film_people.h"
#include "service/service_internal.h"

#define HALF_LIFE_SECONDS (30.0 * 24 * 3600)
#define TITLE_HITS_MAX 200

static const char *const names[BROWSE_ORDERS] = {
    [BROWSE_RATED] = "rated", [BROWSE_POPULAR] = "popular", [BROWSE_TRENDING] = "trending",
    [BROWSE_MEAN] = "mean",   [BROWSE_YEAR] = "year",       [BROWSE_TITLE] = "title",
    [BROWSE_ID] = "id",       [BROWSE_MATCH] = "match"};

const char *service_browse_name(enum browse_order order) { return names[order]; }

bool service_browse_find(const char *name, enum browse_order *order) {
    for (int o = 0; o < BROWSE_ORDERS; o++)
        if (strcmp(names[o], name) == 0) {
            *order = (enum browse_order)o;
            return true;
        }
    return false;
}

/* ---- What is made once for a snapshot ---- */

struct service_orders {
    pthread_mutex_t mutex;
    struct arena arena;
    const float *trends; /* [items]; NULL: not asked for yet */
    const float *titles; /* [items] minus the place by title */
};

struct service_orders *service_orders_create(void) {
    struct service_orders *orders = alloc_zeroed(1, sizeof *orders);
    pthread_mutex_init(&orders->mutex, NULL);
    return orders;
}

void service_orders_destroy(struct service_orders *orders) {
    if (!orders)
        return;
    pthread_mutex_destroy(&orders->mutex);
    arena_release(&orders->arena);
    alloc_free(orders);
}

static const float *make_trends(const struct dataset *catalogue, struct arena *arena) {
    const struct interactions *known = &catalogue->interactions;
    double *sums = ARENA_ARRAY(arena, double, catalogue->items.count);
    float *trends = ARENA_ARRAY(arena, float, catalogue->items.count);
    int64_t newest = INT64_MIN;
    for (size_t row = 0; row < known->count; row++)
        newest = known->times[row] > newest ? known->times[row] : newest;
    for (size_t row = 0; row < known->count; row++)
        sums[known->items[row]] += exp2(-(double)(newest - known->times[row]) / HALF_LIFE_SECONDS);
    for (uint32_t i = 0; i < catalogue->items.count; i++)
        trends[i] = (float)sums[i];
    return trends;
}

struct titled {
    const char *title;
    uint32_t item;
};

static int by_title(const void *a, const void *b) {
    const struct titled *first = a, *second = b;
    const int order = strcasecmp(first->title, second->title);
    return order ? order : (first->item > second->item) - (first->item < second->item);
}

static const float *make_titles(const struct dataset *catalogue, struct arena *arena) {
    const uint32_t count = catalogue->items.count;
    struct titled *list = ARENA_ARRAY(arena, struct titled, count);
    float *places = ARENA_ARRAY(arena, float, count);
    for (uint32_t i = 0; i < count; i++)
        list[i] = (struct titled){catalogue->movies[i].title, i};
    qsort(list, count, sizeof *list, by_title);
    for (uint32_t place = 0; place < count; place++)
        places[list[place].item] = -(float)place;
    return places;
}

/* Of a snapshot as it was loaded, or of one with films that were added or edited. */
static const float *kept(const struct snapshot *snapshot, enum browse_order order) {
    struct service_orders *orders = snapshot->orders;
    pthread_mutex_lock(&orders->mutex);
    const float **row = order == BROWSE_TRENDING ? &orders->trends : &orders->titles;
    if (!*row)
        *row = (order == BROWSE_TRENDING ? make_trends : make_titles)(snapshot->catalogue,
                                                                      &orders->arena);
    const float *made = *row;
    pthread_mutex_unlock(&orders->mutex);
    return made;
}

/* ---- The order ---- */

static void copy_row(float *scores, const float *row, size_t count) {
    if (count > 0)
        memcpy(scores, row, count * sizeof *scores);
}

/* What the origin has of its films; those that were added were watched by nobody. */
static void fill_trends(const struct snapshot *snapshot, float *scores) {
    const size_t known = snapshot->origin->items.count;
    copy_row(scores, kept(snapshot->origin, BROWSE_TRENDING), known);
    for (size_t i = known; i < snapshot->items.count; i++)
        scores[i] = 0;
}

static void fill_order(const struct snapshot *snapshot, enum browse_order order, float *scores) {
    const struct filter_items *items = &snapshot->items;
    const bool is_rated = snapshot->catalogue->interactions.ratings != NULL;
    if (order == BROWSE_TRENDING)
        fill_trends(snapshot, scores);
    else if (order == BROWSE_TITLE)
        copy_row(scores, kept(snapshot, order), items->count);
    else if (order == BROWSE_MEAN || (order == BROWSE_RATED && is_rated))
        copy_row(scores, order == BROWSE_MEAN ? items->means : snapshot->damped, items->count);
    else
        for (size_t i = 0; i < items->count; i++)
            scores[i] = order == BROWSE_YEAR ? (float)items->years[i]
                        : order == BROWSE_ID ? -(float)i
                                             : (float)items->counts[i];
}

/* Only films whose titles answer; where that is the order, their scores. */
static void keep_titles(const struct snapshot *snapshot, const struct browse_request *request,
                        struct arena *scratch, float *scores) {
    struct title_hit *hits = ARENA_ARRAY(scratch, struct title_hit, TITLE_HITS_MAX);
    const size_t found = service_find_titles(snapshot, request->title, hits, TITLE_HITS_MAX);
    float *kept_scores = ARENA_ARRAY(scratch, float, snapshot->items.count);
    for (size_t i = 0; i < snapshot->items.count; i++)
        kept_scores[i] = -INFINITY;
    for (size_t h = 0; h < found; h++)
        kept_scores[hits[h].item] =
            request->order == BROWSE_MATCH ? hits[h].score : scores[hits[h].item];
    copy_row(scores, kept_scores, snapshot->items.count);
}

struct place {
    float score;
    uint32_t count, item;
};

static int by_score(const void *a, const void *b) {
    const struct place *first = a, *second = b;
    if (first->score != second->score)
        return first->score < second->score ? 1 : -1;
    if (first->count != second->count)
        return first->count < second->count ? 1 : -1;
    return (first->item > second->item) - (first->item < second->item);
}

static void fill_page(const struct filter_items *items, const struct browse_request *request,
                      const float *scores, struct arena *arena, struct browse_answer *answer) {
    struct arena *scratch = arena_scratch();
    struct place *places = ARENA_ARRAY_RAW(scratch, struct place, items->count + 1);
    const float sign = request->backwards ? -1.0f : 1.0f;
    size_t total = 0;
    for (uint32_t i = 0; i < items->count; i++)
        if (scores[i] > -INFINITY)
            places[total++] = (struct place){sign * scores[i], items->counts[i], i};
    qsort(places, total, sizeof *places, by_score);
    const size_t begin = request->offset < total ? request->offset : total;
    const size_t rest = total - begin;
    const bool is_place = request->order == BROWSE_TITLE || request->order == BROWSE_ID;
    answer->total = total;
    answer->count = rest < request->count ? rest : request->count;
    answer->list = ARENA_ARRAY(arena, struct browsed_film, answer->count);
    for (size_t i = 0; i < answer->count; i++) {
        const struct place *place = &places[begin + i];
        answer->list[i] = (struct browsed_film){place->item, is_place ? fabsf(place->score)
                                                                      : sign * place->score};
    }
}

static enum status check(const struct snapshot *snapshot, const struct browse_request *request,
                         struct error *error) {
    const struct dataset *catalogue = snapshot->catalogue;
    TRY(service_check_top_k(request->count, error));
    if (request->order == BROWSE_MATCH && !request->title)
        return error_set(error, STATUS_BAD_USAGE,
                         "the order \"match\" is of a title; say which one");
    if (request->order == BROWSE_TRENDING &&
        !(catalogue->interactions.times && catalogue->times_are_seconds))
        return error_set(error, STATUS_NOT_FOUND,
                         "%s does not say when films were watched; ask for the popular ones",
                         catalogue->name);
    return STATUS_OK;
}

enum status service_browse(const struct snapshot *snapshot, const struct browse_request *request,
                           struct arena *arena, struct browse_answer *answer, struct error *error) {
    TRY(check(snapshot, request, error));
    struct arena *scratch = arena_scratch();
    ASSERT(arena != scratch);
    const struct arena_position mark = arena_mark(scratch);
    const struct filter all = {.seen = FILTER_ALL};
    const size_t item_count = snapshot->items.count;
    float *scores = ARENA_ARRAY_RAW(scratch, float, item_count);
    fill_order(snapshot, request->order, scores);
    if (request->title)
        keep_titles(snapshot, request, scratch, scores);
    filter_apply(request->filter ? request->filter : &all, &snapshot->items, NULL, 0, scores);
    fill_page(&snapshot->items, request, scores, arena, answer);
    arena_reset(scratch, mark);
    return STATUS_OK;
}

/* ---- One film ---- */

static void count_rating(struct film_figures *figures, float rating) {
    size_t at = 0;
    while (at < figures->step_count && figures->steps[at].rating < rating)
        at++;
    const bool is_new = at == figures->step_count || figures->steps[at].rating > rating;
    if (is_new && figures->step_count < FILM_RATING_STEPS_MAX) {
        memmove(&figures->steps[at + 1], &figures->steps[at],
                (figures->step_count - at) * sizeof figures->steps[0]);
        figures->steps[at].rating = rating;
        figures->steps[at].count = 0;
        figures->step_count++;
    } else if (at == figures->step_count) {
        at--;
    }
    figures->steps[at].count++;
}

void service_film_figures(const struct snapshot *snapshot, uint32_t item,
                          struct film_figures *figures) {
    const struct interactions *known = &snapshot->catalogue->interactions;
    *figures = (struct film_figures){.count = snapshot->counts[item],
                                     .mean = snapshot->items.means[item],
                                     .damped = snapshot->damped[item]};
    if (!known->ratings || !snapshot->catalogue->has_ratings)
        return;
    const struct film_people people = film_people_of(snapshot, item);
    for (size_t i = 0; i < people.count; i++)
        count_rating(figures, people.ratings[i]);
}

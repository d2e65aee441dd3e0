/* service_analytics.c: see service_analytics.h. Checked by tests/service/test_service_analytics.c.
 */
#include "service/service_analytics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dataset/genres.h"
#include "service/service_person.h"
#include "service/snapshot.h"

#define DAY_SECONDS 86400
#define STEP_GROWTH 1.25

/* ---- Ratings and genres ---- */

static void count_ratings(const struct dataset *catalogue, struct arena *arena,
                          struct analytics *to) {
    const struct interactions *rows = &catalogue->interactions;
    struct analytics_rating *ratings =
        ARENA_ARRAY(arena, struct analytics_rating, ANALYTICS_RATINGS_MAX);
    size_t count = 0;
    for (size_t row = 0; rows->ratings && row < rows->count; row++) {
        size_t at = count;
        while (at > 0 && ratings[at - 1].rating > rows->ratings[row])
            at--;
        const bool is_known = at > 0 && ratings[at - 1].rating == rows->ratings[row];
        if (!is_known && count < ANALYTICS_RATINGS_MAX) {
            memmove(&ratings[at + 1], &ratings[at], (count - at) * sizeof *ratings);
            ratings[at++] = (struct analytics_rating){rows->ratings[row], 0};
            count++;
        }
        ratings[at > 0 ? at - 1 : 0].count++;
    }
    to->ratings = ratings;
    to->rating_count = count;
}

static void count_genres(const struct dataset *catalogue, struct arena *arena,
                         struct analytics *to) {
    const struct interactions *rows = &catalogue->interactions;
    struct analytics_genre *genres =
        ARENA_ARRAY(arena, struct analytics_genre, catalogue->genre_count + 1u);
    for (uint32_t item = 0; item < catalogue->items.count; item++)
        for (uint64_t set = catalogue->movies[item].genres; set; set &= set - 1)
            genres[__builtin_ctzll(set)].films++;
    for (size_t row = 0; row < rows->count; row++)
        for (uint64_t set = catalogue->movies[rows->items[row]].genres; set; set &= set - 1) {
            struct analytics_genre *genre = &genres[__builtin_ctzll(set)];
            genre->ratings++;
            genre->mean += (double)interactions_rating(rows, row);
        }
    for (uint32_t g = 0; g < catalogue->genre_count; g++)
        genres[g].mean = rows->ratings && genres[g].ratings > 0
                             ? genres[g].mean / (double)genres[g].ratings
                             : NAN;
    to->genres = genres;
}

/* ---- Time ---- */

/* Months since the year 0 of a time in seconds since 1970 (Hinnant 2013, "chrono-compatible
 * low-level date algorithms"). */
static int64_t month_of(int64_t seconds) {
    const int64_t days =
        seconds / DAY_SECONDS - (seconds % DAY_SECONDS < 0) + 719468; /* since 0000-03-01 */
    const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    const int64_t day = days - era * 146097;
    const int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    const int64_t of_year = day - (365 * year + year / 4 - year / 100);
    const int64_t shifted = (5 * of_year + 2) / 153; /* 0 is March */
    return 12 * (era * 400 + year) + shifted + 2;
}

#define MONTHS_MAX (12 * 200)

struct span {
    int64_t first;
    size_t count;
};

/* Which months the rows are of; none if there are no dates, or more than MONTHS_MAX of them. */
static struct span span_of(const int64_t *times, size_t count) {
    int64_t first = INT64_MAX, last = INT64_MIN;
    for (size_t i = 0; i < count; i++) {
        first = times[i] < first ? times[i] : first;
        last = times[i] > last ? times[i] : last;
    }
    if (count == 0)
        return (struct span){0};
    const int64_t from = month_of(first), months = month_of(last) - from + 1;
    return months <= MONTHS_MAX ? (struct span){from, (size_t)months} : (struct span){0};
}

/* The rows by periods of so many months; how many periods there are. */
static size_t count_periods(const struct dataset *catalogue, int64_t length, struct arena *arena,
                            const struct analytics_period **list) {
    const struct interactions *rows = &catalogue->interactions;
    if (!rows->times || !catalogue->times_are_seconds)
        return 0;
    const struct span span = span_of(rows->times, rows->count);
    const int64_t first = span.first / length;
    const size_t genres = catalogue->genre_count;
    const size_t count =
        span.count > 0 ? (size_t)((span.first + (int64_t)span.count - 1) / length - first) + 1 : 0;
    struct analytics_period *periods = ARENA_ARRAY(arena, struct analytics_period, count);
    uint64_t *genre = ARENA_ARRAY(arena, uint64_t, count * genres + 1);
    for (size_t p = 0; p < count; p++) {
        const int64_t month = (first + (int64_t)p) * length;
        periods[p].year = (int)(month / 12);
        periods[p].month = (int)(month % 12) + 1;
        periods[p].genre = &genre[p * genres];
    }
    for (uint32_t user = 0; count > 0 && user < rows->user_count; user++) {
        int64_t before = -1;
        for (size_t row = rows->offsets[user]; row < rows->offsets[user + 1]; row++) {
            const int64_t p = month_of(rows->times[row]) / length - first;
            periods[p].ratings++;
            periods[p].people += p != before; /* a person's rows are in the order of time */
            before = p;
            for (uint64_t set = catalogue->movies[rows->items[row]].genres; set; set &= set - 1)
                genre[(size_t)p * genres + (size_t)__builtin_ctzll(set)]++;
        }
    }
    *list = periods;
    return count;
}

/* ---- Lists ---- */

struct lists {
    uint32_t *named; /* [item_count] how often a film is in a list */
    size_t people, places;
    double diversity, novelty; /* sums over lists, over places */
};

static double list_diversity(const struct snapshot *snapshot, const struct recommend_answer *list) {
    double sum = 0;
    for (size_t i = 0; i < list->count; i++)
        for (size_t j = 0; j < i; j++)
            sum += genres_cosine(snapshot->genres[list->list[i].item],
                                 snapshot->genres[list->list[j].item]);
    const double pairs = (double)list->count * (double)(list->count - 1) / 2;
    return list->count > 1 ? 1 - sum / pairs : 0;
}

static void take_list(const struct snapshot *snapshot, uint32_t user, struct arena *scratch,
                      struct lists *lists) {
    const struct service_person person = service_person_known(snapshot, user);
    const struct recommend_request request = {
        .people = &person, .person_count = 1, .top_k = ANALYTICS_K};
    struct recommend_answer answer;
    struct error error;
    if (service_recommend(snapshot, &request, scratch, &answer, &error) != STATUS_OK ||
        answer.count == 0)
        return;
    const double everybody = snapshot->catalogue->users.count;
    for (size_t i = 0; i < answer.count; i++) {
        const double people = snapshot->counts[answer.list[i].item];
        lists->named[answer.list[i].item]++;
        lists->novelty += people > 0 ? -log2(people / everybody) : log2(everybody);
    }
    lists->places += answer.count;
    lists->diversity += list_diversity(snapshot, &answer);
    lists->people++;
}

static struct lists take_lists(const struct snapshot *snapshot, struct arena *arena) {
    struct lists lists = {.named = ARENA_ARRAY(arena, uint32_t, snapshot->catalogue->items.count)};
    struct arena own = {0};
    const uint32_t users = snapshot->catalogue->users.count;
    const uint32_t wanted = users < ANALYTICS_PEOPLE ? users : ANALYTICS_PEOPLE;
    for (uint32_t i = 0; i < wanted; i++) {
        take_list(snapshot, (uint32_t)((uint64_t)i * users / wanted), &own, &lists);
        arena_reset(&own, (struct arena_position){0});
    }
    arena_release(&own);
    return lists;
}

/* ---- Popularity ---- */

struct famous {
    uint32_t item, people;
};

static int compare(const void *a, const void *b) {
    const struct famous *first = a, *second = b;
    if (first->people != second->people)
        return first->people < second->people ? 1 : -1;
    return (first->item > second->item) - (first->item < second->item);
}

static void rank_films(const struct snapshot *snapshot, const struct lists *lists,
                       struct arena *arena, struct analytics *to) {
    const uint32_t count = snapshot->catalogue->items.count;
    struct famous *films = ARENA_ARRAY(arena, struct famous, count);
    struct analytics_step *steps = ARENA_ARRAY(arena, struct analytics_step, ANALYTICS_STEPS);
    for (uint32_t item = 0; item < count; item++)
        films[item] = (struct famous){item, snapshot->counts[item]};
    if (count > 0)
        qsort(films, count, sizeof *films, compare);
    size_t made = 0;
    for (uint32_t first = 0; first < count; made++) {
        const uint32_t grown = (uint32_t)ceil((first + 1) * STEP_GROWTH);
        const uint32_t end = made + 1 == ANALYTICS_STEPS || grown > count ? count : grown;
        struct analytics_step *step = &steps[made];
        *step = (struct analytics_step){.first = first + 1, .last = end};
        for (uint32_t i = first; i < end; i++) {
            step->people += (double)films[i].people / (end - first);
            step->recommended +=
                lists->places > 0 ? (double)lists->named[films[i].item] / (double)lists->places : 0;
        }
        first = end;
    }
    to->steps = steps;
    to->step_count = made;
}

void service_analytics(const struct snapshot *snapshot, struct arena *arena,
                       struct analytics *analytics) {
    *analytics = (struct analytics){0};
    count_ratings(snapshot->catalogue, arena, analytics);
    count_genres(snapshot->catalogue, arena, analytics);
    analytics->month_count = count_periods(snapshot->catalogue, 1, arena, &analytics->months);
    analytics->year_count = count_periods(snapshot->catalogue, 12, arena, &analytics->years);
    const struct lists lists = take_lists(snapshot, arena);
    rank_films(snapshot, &lists, arena, analytics);
    const uint32_t films = snapshot->catalogue->items.count;
    uint32_t named = 0;
    for (uint32_t item = 0; item < films; item++)
        named += lists.named[item] > 0;
    analytics->list_people = lists.people;
    analytics->coverage = films > 0 ? (double)named / films : 0;
    analytics->diversity = lists.people > 0 ? lists.diversity / (double)lists.people : 0;
    analytics->novelty = lists.places > 0 ? lists.novelty / (double)lists.places : 0;
}

/* ---- A person's taste ---- */

static void normalise(double *shares, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += shares[i];
    for (size_t i = 0; sum > 0 && i < count; i++)
        shares[i] /= sum;
}

static void taste_years(const struct dataset *catalogue, const struct history *history,
                        struct arena *arena, struct taste *taste) {
    if (!history->times || !catalogue->times_are_seconds || history->count == 0)
        return;
    const struct span span = span_of(history->times, history->count);
    if (span.count == 0)
        return;
    const int64_t first = span.first / 12;
    const size_t years = (size_t)((span.first + (int64_t)span.count - 1) / 12 - first) + 1;
    struct taste_year *list = ARENA_ARRAY(arena, struct taste_year, years);
    uint32_t *genre = ARENA_ARRAY(arena, uint32_t, years * catalogue->genre_count + 1);
    for (size_t i = 0; i < history->count; i++) {
        const size_t y = (size_t)(month_of(history->times[i]) / 12 - first);
        list[y].ratings++;
        list[y].mean += history->ratings ? (double)history->ratings[i] : NAN;
        for (uint64_t set = catalogue->movies[history->items[i]].genres; set; set &= set - 1)
            genre[y * catalogue->genre_count + (size_t)__builtin_ctzll(set)]++;
    }
    for (size_t y = 0; y < years; y++) {
        list[y].year = (int)(first + (int64_t)y);
        list[y].genre = &genre[y * catalogue->genre_count];
        list[y].mean = list[y].ratings > 0 ? list[y].mean / list[y].ratings : NAN;
    }
    taste->years = list;
    taste->year_count = years;
}

void service_taste(const struct snapshot *snapshot, const struct history *history,
                   struct arena *arena, struct taste *taste) {
    const struct dataset *catalogue = snapshot->catalogue;
    double *own = ARENA_ARRAY(arena, double, catalogue->genre_count + 1u);
    double *all = ARENA_ARRAY(arena, double, catalogue->genre_count + 1u);
    for (size_t i = 0; i < history->count; i++)
        for (uint64_t set = catalogue->movies[history->items[i]].genres; set; set &= set - 1)
            own[__builtin_ctzll(set)] += 1;
    for (uint32_t item = 0; item < catalogue->items.count; item++)
        for (uint64_t set = catalogue->movies[item].genres; set; set &= set - 1)
            all[__builtin_ctzll(set)] += snapshot->counts[item];
    normalise(own, catalogue->genre_count);
    normalise(all, catalogue->genre_count);
    *taste = (struct taste){.own = own, .all = all};
    taste_years(catalogue, history, arena, taste);
}

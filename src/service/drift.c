/* drift.c: see drift.h. */
#include "service/drift.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/counter.h"
#include "base/log.h"
#include "base/wall_clock.h"
#include "metrics/sequential.h"
#include "rank/rank.h"
#include "service/live.h"
#include "service/service_internal.h"
#include "service/training_check.h"

#define BINS 10
#define LIMIT_INDEX 0.25
#define LIMIT_HITS 0.8
#define PEOPLE_MAX 200 /* whose scores are looked at, now and then */
#define PEOPLE_LEAST 50
#define SHOWN 10
#define SCORED_ROWS 10
#define HELD_MAX 500
#define HITS_LEAST 30
#define NAME_MAX_BYTES 256
#define FIRST_SECONDS 60 /* after the start */

const char *drift_kind_name(enum drift_kind kind) {
    static const char *const names[DRIFT_KINDS] = {"ratings", "popularity", "genres", "scores",
                                                   "hit_rate"};
    return names[kind];
}

double drift_index(const double *now, const double *then, size_t bins, double *chance) {
    double n = 0, m = 0, index = 0;
    for (size_t b = 0; b < bins; b++) {
        n += now[b];
        m += then[b];
    }
    *chance = n > 0 && m > 0 ? (double)(bins - 1) * (1 / n + 1 / m) : NAN;
    if (!(n > 0 && m > 0))
        return NAN;
    for (size_t b = 0; b < bins; b++) {
        const double p = fmax(now[b], 0.5) / n, q = fmax(then[b], 0.5) / m;
        if (now[b] > 0 || then[b] > 0)
            index += (p - q) * log(p / q);
    }
    return index;
}

/* ---- Rows ------------------------------------------------------------------------------------ */

struct look {
    const struct snapshot *snapshot;
    struct training_rows rows;
    size_t first; /* rows of this place and later ones are `now` */
    struct arena *arena;
    struct drift_report *report;
};

/* Whether a row counts as one of now. */
static bool is_now(const struct look *look, const struct training_row *row) {
    return row->place >= look->first && !row->removes && row->index != DATASET_NONE;
}

typedef void count_row(const struct look *look, uint32_t item, float value, double *bins);

static void count_rows(const struct look *look, count_row *count, double *now, double *then) {
    const struct interactions *known = &look->snapshot->catalogue->interactions;
    for (size_t i = 0; i < known->count; i++)
        count(look, known->items[i], known->ratings ? known->ratings[i] : 1, then);
    for (size_t p = 0; p < look->rows.person_count; p++) {
        const struct training_person *person = &look->rows.persons[p];
        for (size_t r = 0; r < person->row_count; r++)
            if (is_now(look, &person->rows[r]))
                count(look, person->rows[r].index, person->rows[r].value, now);
    }
}

static void conclude(struct drift_signal *signal, const double *now, const double *then,
                     size_t bins) {
    double rows = 0;
    for (size_t b = 0; b < bins; b++)
        rows += now[b];
    signal->rows = (size_t)lround(rows);
    signal->limit = LIMIT_INDEX;
    signal->value = drift_index(now, then, bins, &signal->expected);
    signal->is_enough = signal->rows >= DRIFT_ROWS_LEAST && !isnan(signal->value);
    signal->is_raised = signal->is_enough && signal->value - signal->expected > signal->limit;
}

static void count_rating(const struct look *look, uint32_t item, float value, double *bins) {
    const struct model *model = look->snapshot->model;
    const double share =
        (double)(value - model->rating_min) / (double)(model->rating_max - model->rating_min);
    (void)item;
    bins[(size_t)fmin(fmax(share * BINS, 0), BINS - 1)]++;
}

static void look_at_ratings(const struct look *look) {
    const struct model *model = look->snapshot->model;
    double now[BINS] = {0}, then[BINS] = {0};
    if (look->snapshot->catalogue->interactions.ratings && model->rating_max > model->rating_min)
        count_rows(look, count_rating, now, then);
    conclude(&look->report->signals[DRIFT_RATINGS], now, then, BINS);
}

static void count_genres(const struct look *look, uint32_t item, float value, double *bins) {
    const uint64_t genres = look->snapshot->genres[item];
    (void)value;
    for (uint64_t left = genres; left; left &= left - 1)
        bins[__builtin_ctzll(left)] += 1 / (double)__builtin_popcountll(genres);
}

static void look_at_genres(const struct look *look) {
    double now[DATASET_GENRES_MAX] = {0}, then[DATASET_GENRES_MAX] = {0};
    count_rows(look, count_genres, now, then);
    conclude(&look->report->signals[DRIFT_GENRES], now, then,
             look->snapshot->catalogue->genre_count);
}

struct counted {
    uint32_t item, count;
};

static int by_count(const void *a, const void *b) {
    const struct counted *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return x->item < y->item ? -1 : 1;
}

/* bin[items]: films in the order of popularity, cut where a tenth of all rows is reached. */
static void look_at_popularity(const struct look *look) {
    const struct snapshot *snapshot = look->snapshot;
    const uint32_t items = snapshot->catalogue->items.count;
    struct counted *order = ARENA_ARRAY(look->arena, struct counted, items);
    uint8_t *bin = ARENA_ARRAY(look->arena, uint8_t, items);
    double now[BINS] = {0}, then[BINS] = {0}, total = 0, before = 0;
    for (uint32_t i = 0; i < items; i++) {
        order[i] = (struct counted){i, snapshot->counts[i]};
        total += (double)snapshot->counts[i];
    }
    qsort(order, items, sizeof *order, by_count);
    for (uint32_t i = 0; i < items; i++) {
        bin[order[i].item] = (uint8_t)fmin(total > 0 ? floor(BINS * before / total) : 0, BINS - 1);
        before += (double)order[i].count;
        then[bin[order[i].item]] += (double)order[i].count;
    }
    for (size_t p = 0; p < look->rows.person_count; p++) {
        const struct training_person *person = &look->rows.persons[p];
        for (size_t r = 0; r < person->row_count; r++)
            if (is_now(look, &person->rows[r]))
                now[bin[person->rows[r].index]]++;
    }
    conclude(&look->report->signals[DRIFT_POPULARITY], now, then, BINS);
}

/* ---- Scores ---------------------------------------------------------------------------------- */

/* The mean score of the ten best films for the newest SCORED_ROWS rows of a history: of many models
 * a score grows with how much is known, which is not what is asked. */
static double best_score(const struct look *look, const struct history *all) {
    const struct snapshot *snapshot = look->snapshot;
    const size_t first = all->count - SCORED_ROWS;
    const struct history history = {SCORED_ROWS, all->items + first,
                                    all->ratings ? all->ratings + first : NULL,
                                    all->times ? all->times + first : NULL};
    const struct model *model = snapshot->model;
    const struct query query = {.user = MODEL_NO_USER, .history = history};
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    float *scores = ARENA_ARRAY_RAW(scratch, float, model->item_count);
    struct ranked list[SHOWN];
    model->ops->score(model, &query, 1, NULL, model->item_count, scores);
    rank_exclude(scores, history.items, history.count);
    const size_t count = rank_top_k(scores, model->item_count, SHOWN, list);
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)list[i].score / (double)count;
    arena_reset(scratch, mark);
    return sum;
}

/* Of users of the fit, evenly over all. */
static size_t scores_then(const struct look *look, double *scores) {
    const struct interactions *known = &look->snapshot->catalogue->interactions;
    const size_t step = known->user_count / PEOPLE_MAX + 1;
    size_t count = 0;
    for (size_t u = 0; u < known->user_count; u += step) {
        const struct history history = interactions_history(known, (uint32_t)u);
        if (history.count >= SCORED_ROWS)
            scores[count++] = best_score(look, &history);
    }
    return count;
}

/* All that is known of a person, as a bare history. */
static struct history history_of(const struct look *look, const struct training_person *person) {
    const struct interactions *known = &look->snapshot->catalogue->interactions;
    const size_t room = training_rows_room(&look->rows, person->user, person);
    struct training_pair *pairs = ARENA_ARRAY(look->arena, struct training_pair, room);
    const size_t count = training_rows_pairs(&look->rows, person->user, person, pairs);
    uint32_t *items = ARENA_ARRAY(look->arena, uint32_t, count);
    float *ratings = ARENA_ARRAY(look->arena, float, count);
    int64_t *times = ARENA_ARRAY(look->arena, int64_t, count);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (pairs[i].index == DATASET_NONE)
            continue;
        items[kept] = pairs[i].index;
        ratings[kept] = pairs[i].value;
        times[kept++] = pairs[i].time;
    }
    return (struct history){kept, items, known->ratings ? ratings : NULL,
                            known->times ? times : NULL};
}

static bool is_active(const struct look *look, const struct training_person *person) {
    for (size_t r = 0; r < person->row_count; r++)
        if (is_now(look, &person->rows[r]))
            return true;
    return false;
}

static size_t scores_now(const struct look *look, double *scores) {
    size_t active = 0, count = 0, at = 0;
    for (size_t p = 0; p < look->rows.person_count; p++)
        active += is_active(look, &look->rows.persons[p]);
    const size_t step = active / PEOPLE_MAX + 1;
    for (size_t p = 0; p < look->rows.person_count; p++) {
        if (!is_active(look, &look->rows.persons[p]) || at++ % step != 0)
            continue;
        const struct history history = history_of(look, &look->rows.persons[p]);
        if (history.count >= SCORED_ROWS)
            scores[count++] = best_score(look, &history);
    }
    return count;
}

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void fill(const double *scores, size_t count, const double *edges, double *bins) {
    for (size_t i = 0; i < count; i++) {
        size_t bin = 0;
        while (bin + 1 < BINS && scores[i] > edges[bin])
            bin++;
        bins[bin]++;
    }
}

static void look_at_scores(const struct look *look) {
    double now[BINS] = {0}, then[BINS] = {0}, edges[BINS - 1];
    double *old = ARENA_ARRAY(look->arena, double, PEOPLE_MAX + 1);
    double *fresh = ARENA_ARRAY(look->arena, double, PEOPLE_MAX + 1);
    const bool fits = !(look->snapshot->model->traits & MODEL_IMPERSONAL);
    const size_t old_count = fits ? scores_then(look, old) : 0;
    const size_t fresh_count = old_count >= PEOPLE_LEAST ? scores_now(look, fresh) : 0;
    struct drift_signal *signal = &look->report->signals[DRIFT_SCORES];
    if (fresh_count > 0) {
        qsort(old, old_count, sizeof *old, by_value);
        for (size_t b = 0; b + 1 < BINS; b++)
            edges[b] = old[(b + 1) * old_count / BINS];
        fill(old, old_count, edges, then);
        fill(fresh, fresh_count, edges, now);
    }
    conclude(signal, now, then, BINS);
    signal->is_enough = fresh_count >= PEOPLE_LEAST;
    signal->is_raised = signal->is_enough && signal->value - signal->expected > signal->limit;
}

/* ---- Hits ------------------------------------------------------------------------------------ */

/* Whether the model was measured among all films, as people are shown them. */
static bool is_of_all(const struct snapshot_source *source) {
    static const char key[] = "evaluation.candidates";
    return source->measured_by || !source->settings || !settings_knows(source->settings, key) ||
           strcmp(settings_text(source->settings, key), "all") == 0;
}

/* The recall among ten that the model file tells of: the share of what was held out that was found,
 * which is the chance of a hit for one film; a person's hit rate is that of any of several. NaN:
 * none, or among some candidates only. */
static double expected_hits(const struct snapshot *snapshot) {
    static const char key[] = "\"recall@10\":";
    const struct snapshot_source *source = &snapshot->source;
    const char *at = source->metrics ? strstr(source->metrics, key) : NULL;
    return at && is_of_all(source) ? strtod(at + sizeof key - 1, NULL) : NAN;
}

static void look_at_hits(const struct look *look) {
    struct drift_signal *signal = &look->report->signals[DRIFT_HIT_RATE];
    struct training_figures figures;
    training_check_measure(&look->rows, look->snapshot, NULL, &figures);
    signal->rows = figures.events;
    signal->limit = LIMIT_HITS;
    signal->expected = expected_hits(look->snapshot);
    signal->value = figures.events > 0 ? figures.hit_rate : NAN;
    signal->is_enough = figures.events >= HITS_LEAST && !isnan(signal->expected);
    const struct sequential_share share = {
        (size_t)lround(figures.hit_rate * (double)figures.events), figures.events};
    signal->is_raised =
        signal->is_enough && sequential_interval(share).high < signal->limit * signal->expected;
}

/* ---- The report ------------------------------------------------------------------------------ */

static int64_t oldest_of(const struct look *look) {
    int64_t oldest = 0;
    for (size_t p = 0; p < look->rows.person_count; p++)
        for (size_t r = 0; r < look->rows.persons[p].row_count; r++) {
            const struct training_row *row = &look->rows.persons[p].rows[r];
            if (is_now(look, row) && (oldest == 0 || row->time < oldest))
                oldest = row->time;
        }
    return oldest;
}

static enum status look_at(const struct snapshot *snapshot, struct feedback *store,
                           struct drift_report *report, struct error *error) {
    struct arena arena = {0};
    struct look look = {.snapshot = snapshot, .arena = &arena, .report = report};
    const enum status status = training_rows_read(
        &look.rows, snapshot, store, (struct training_hold){HITS_LEAST, HELD_MAX}, &arena, error);
    if (status == STATUS_OK) {
        const size_t rows = look.rows.row_count;
        look.first = rows > DRIFT_ROWS_MAX ? rows - DRIFT_ROWS_MAX : 0;
        report->rows = rows - look.first;
        report->oldest = oldest_of(&look);
        look_at_ratings(&look);
        look_at_popularity(&look);
        look_at_genres(&look);
        look_at_scores(&look);
        look_at_hits(&look);
    }
    arena_release(&arena);
    return status;
}

/* What was found last of a model. */
struct found {
    char name[NAME_MAX_BYTES]; /* empty: a free place */
    uint64_t serial;           /* of the snapshot */
    struct drift_report last;
    bool raised[DRIFT_KINDS];
    struct counter *value[DRIFT_KINDS], *alarm[DRIFT_KINDS]; /* NULL: a name that is no label */
};

struct drift {
    pthread_mutex_t mutex; /* of looking */
    struct found *models;  /* [SERVICE_MODELS_MAX] */
    _Atomic int64_t watched;
};

struct drift *drift_create(void) {
    struct drift *drift = alloc_zeroed(1, sizeof *drift);
    pthread_mutex_init(&drift->mutex, NULL);
    drift->models = alloc_zeroed(SERVICE_MODELS_MAX, sizeof *drift->models);
    atomic_store(&drift->watched, (int64_t)wall_clock_seconds() - DRIFT_EVERY + FIRST_SECONDS);
    return drift;
}

void drift_destroy(struct drift *drift) {
    if (!drift)
        return;
    pthread_mutex_destroy(&drift->mutex);
    alloc_free(drift->models);
    alloc_free(drift);
}

static void make_gauges(struct found *found) {
    char labels[NAME_MAX_BYTES + 64];
    for (size_t k = 0; k < DRIFT_KINDS; k++) {
        found->value[k] = found->alarm[k] = NULL;
        if (strpbrk(found->name, "\"\\\n"))
            continue;
        snprintf(labels, sizeof labels, "model=\"%s\",signal=\"%s\"", found->name,
                 drift_kind_name((enum drift_kind)k));
        found->value[k] =
            counter_gauge("matinee_drift", "how far what people do is from the fit", labels);
        found->alarm[k] =
            counter_gauge("matinee_drift_raised", "1: a signal is past its limit", labels);
    }
}

/* The place of a model: its own, a free one, or that of one whose last look is the oldest. */
static struct found *find(struct drift *drift, const char *name) {
    struct found *oldest = drift->models;
    for (size_t i = 0; i < SERVICE_MODELS_MAX; i++) {
        struct found *found = &drift->models[i];
        if (strcmp(found->name, name) == 0)
            return found;
        oldest = found->last.time < oldest->last.time ? found : oldest;
    }
    *oldest = (struct found){0};
    snprintf(oldest->name, sizeof oldest->name, "%s", name);
    make_gauges(oldest);
    return oldest;
}

static void set(struct counter *gauge, double value) {
    if (gauge)
        counter_set(gauge, value);
}

/* To whoever watches. */
static void tell(struct found *found) {
    for (size_t k = 0; k < DRIFT_KINDS; k++) {
        const struct drift_signal *signal = &found->last.signals[k];
        set(found->value[k], isnan(signal->value) ? 0 : signal->value);
        set(found->alarm[k], signal->is_raised ? 1 : 0);
        if (signal->is_raised && !found->raised[k])
            log_warning(
                "drift: %s of what people do now is %.3f, expected %.3f, over %zu rows; the "
                "model %s may want to be trained again",
                drift_kind_name((enum drift_kind)k), signal->value, signal->expected, signal->rows,
                found->name);
        found->raised[k] = signal->is_raised;
    }
}

/* Under the mutex. */
static enum status look_anew(struct drift *drift, struct live *live,
                             const struct snapshot *snapshot, struct drift_report *report,
                             struct error *error) {
    struct found *found = find(drift, snapshot->name);
    const int64_t now = (int64_t)wall_clock_seconds();
    if (found->serial != snapshot->serial || now - found->last.time >= DRIFT_SECONDS) {
        struct drift_report fresh = {.time = now};
        TRY(look_at(snapshot, live_store(live), &fresh, error));
        found->serial = snapshot->serial;
        found->last = fresh;
        tell(found);
    }
    *report = found->last;
    return STATUS_OK;
}

enum status drift_report_of(struct service *service, const char *model, struct arena *arena,
                            struct drift_report *report, struct error *error) {
    struct drift *drift = service_drift(service);
    struct live *live = service_live(service);
    struct snapshot *snapshot;
    if (!live)
        return error_set(error, STATUS_IO,
                         "nothing is known of what people do: no store is open; `matinee serve "
                         "--store FILE` opens one");
    TRY(service_acquire(service, model, &snapshot, error));
    pthread_mutex_lock(&drift->mutex);
    const enum status status = look_anew(drift, live, snapshot, report, error);
    pthread_mutex_unlock(&drift->mutex);
    report->model = arena_copy(arena, snapshot->name);
    service_release(snapshot);
    return status;
}

/* What is served no more raises nothing. */
static void quieten(struct drift *drift, const struct service_model *models, size_t count) {
    pthread_mutex_lock(&drift->mutex);
    for (size_t i = 0; i < SERVICE_MODELS_MAX; i++) {
        struct found *found = &drift->models[i];
        size_t at = 0;
        while (at < count && strcmp(models[at].name, found->name) != 0)
            at++;
        for (size_t k = 0; k < DRIFT_KINDS && at == count && *found->name; k++) {
            set(found->alarm[k], 0);
            found->raised[k] = false;
        }
    }
    pthread_mutex_unlock(&drift->mutex);
}

void drift_watch(struct service *service) {
    struct drift *drift = service_drift(service);
    const int64_t now = (int64_t)wall_clock_seconds();
    if (!service_live(service) || now - atomic_load(&drift->watched) < DRIFT_EVERY)
        return;
    struct arena arena = {0};
    struct service_model *models;
    struct drift_report report;
    struct error ignored; /* a store that cannot be asked now: the next look may */
    bool is_whole = true;
    const size_t count = service_models(service, &models, &arena);
    for (size_t i = 0; i < count && is_whole; i++)
        is_whole = drift_report_of(service, models[i].name, &arena, &report, &ignored) == STATUS_OK;
    quieten(drift, models, count);
    atomic_store(&drift->watched, is_whole ? now : now - DRIFT_EVERY + DRIFT_SECONDS);
    arena_release(&arena);
}

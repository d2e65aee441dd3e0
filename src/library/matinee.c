/* matinee.c: the public library on top of the service. See include/matinee.h.
 *
 * Idea     One model file is one service with one snapshot, taken once and kept. Answers are made
 *          in an arena of the call; what is handed out (ids, titles) is copied once, at the
 *          opening, into texts that end in '\0'.
 * Traps    Everything that a caller may pass wrongly is checked here and answered with a status: a
 *          library must not end its host.
 * Checked  tests/library/test_matinee.c; tests/library/install compiles the example with the
 *          installed files and holds the exported names against the header. */
#include <matinee.h>

#include <string.h>

#include "base/alloc.h"
#include "service/service.h"
#include "service/service_person.h"

struct matinee {
    struct arena arena;
    struct service *service;
    struct snapshot *snapshot;
    const struct dataset *catalogue; /* the snapshot's */
    const char **ids;                /* [item_count] */
};

static _Thread_local struct error last;

static matinee_status status_of(enum status status) {
    switch (status) {
    case STATUS_OK:
        return MATINEE_OK;
    case STATUS_BAD_INPUT:
        return MATINEE_BAD_FILE;
    case STATUS_NOT_FOUND:
        return MATINEE_NOT_FOUND;
    case STATUS_IO:
    case STATUS_CANCELLED:
        return MATINEE_IO;
    case STATUS_LIMIT:
        return MATINEE_LIMIT;
    default:
        return MATINEE_BAD_ARGUMENT;
    }
}

/* Of a call that returns a count. */
static ptrdiff_t negated(enum status status) { return -(ptrdiff_t)status_of(status); }

static enum status need(bool is_there, const char *what) {
    return is_there ? STATUS_OK : error_set(&last, STATUS_BAD_USAGE, "%s may not be NULL", what);
}

const char *matinee_version(void) { return MATINEE_VERSION; }

const char *matinee_last_error(void) { return last.text; }

static void copy_ids(matinee *m) {
    const struct id_map *items = &m->catalogue->items;
    m->ids = ARENA_ARRAY(&m->arena, const char *, items->count + 1u);
    for (uint32_t i = 0; i < items->count; i++) {
        const struct text_slice id = id_map_name(items, i);
        m->ids[i] = arena_copy_length(&m->arena, id.start, id.length);
    }
}

matinee_status matinee_open(matinee **out, const char *path) {
    last.text[0] = '\0';
    if (!out || !path)
        return status_of(need(false, out ? "path" : "out"));
    *out = NULL;
    matinee *m = alloc_zeroed(1, sizeof *m);
    enum status status = service_create(&m->service, &last);
    if (status == STATUS_OK)
        status = service_load(m->service, path, NULL, &last);
    if (status == STATUS_OK)
        status = service_acquire(m->service, NULL, &m->snapshot, &last);
    if (status != STATUS_OK) {
        matinee_close(m);
        return status_of(status);
    }
    m->catalogue = service_catalogue(m->snapshot);
    copy_ids(m);
    *out = m;
    return MATINEE_OK;
}

void matinee_close(matinee *m) {
    if (!m)
        return;
    if (m->snapshot)
        service_release(m->snapshot);
    service_destroy(m->service);
    arena_release(&m->arena);
    alloc_free(m);
}

const char *matinee_model_name(const matinee *m) { return service_name(m->snapshot); }
size_t matinee_user_count(const matinee *m) { return m->catalogue->users.count; }
size_t matinee_film_count(const matinee *m) { return m->catalogue->items.count; }

static matinee_film film_of(const matinee *m, uint32_t item, float score) {
    const struct movie *movie = &m->catalogue->movies[item];
    return (matinee_film){
        .id = m->ids[item], .title = movie->title, .year = movie->year, .score = score};
}

static enum status find_item(const matinee *m, const char *id, uint32_t *item) {
    TRY(need(id, "the id of a film"));
    *item = id_map_find(&m->catalogue->items, id, strlen(id));
    if (*item == DATASET_NONE)
        return error_set(&last, STATUS_NOT_FOUND, "there is no film with the id \"%.80s\"", id);
    return STATUS_OK;
}

static enum status check_call(const matinee *m, const matinee_film *films, size_t capacity) {
    TRY(need(m, "the matinee"));
    TRY(need(films, "films"));
    if (capacity < 1 || capacity > MATINEE_FILMS_MAX)
        return error_set(&last, STATUS_BAD_USAGE, "capacity is %zu, expected 1 to %d", capacity,
                         MATINEE_FILMS_MAX);
    return STATUS_OK;
}

/* The ratings by index instead of by id; memory of the arena. */
static enum status find_ratings(const matinee *m, const matinee_rating *ratings, size_t count,
                                struct arena *arena, const struct rated_item **out) {
    TRY(need(ratings || count == 0, "ratings"));
    if (count > MATINEE_FILMS_MAX * 100)
        return error_set(&last, STATUS_LIMIT, "%zu ratings are more than the %d that are taken",
                         count, MATINEE_FILMS_MAX * 100);
    struct rated_item *found = ARENA_ARRAY(arena, struct rated_item, count);
    for (size_t i = 0; i < count; i++) {
        TRY(find_item(m, ratings[i].id, &found[i].item));
        found[i].rating = ratings[i].rating;
    }
    *out = found;
    return STATUS_OK;
}

static enum status recommend(const matinee *m, const struct recommend_request *request,
                             struct arena *arena, matinee_film *films, ptrdiff_t *count) {
    struct recommend_answer answer;
    TRY(service_recommend(m->snapshot, request, arena, &answer, &last));
    for (size_t i = 0; i < answer.count; i++)
        films[i] = film_of(m, answer.list[i].item, answer.list[i].score);
    *count = (ptrdiff_t)answer.count;
    return STATUS_OK;
}

ptrdiff_t matinee_recommend(const matinee *m, const char *user_id, matinee_film *films,
                            size_t capacity) {
    struct arena arena = {0};
    ptrdiff_t count = 0;
    last.text[0] = '\0';
    enum status status = check_call(m, films, capacity);
    if (status == STATUS_OK)
        status = need(user_id, "user_id");
    if (status != STATUS_OK)
        return negated(status);
    const uint32_t user = id_map_find(&m->catalogue->users, user_id, strlen(user_id));
    const struct service_person person = service_person_known(m->snapshot, user);
    const struct recommend_request request = {
        .people = &person, .person_count = 1, .top_k = capacity};
    if (user == DATASET_NONE)
        return negated(error_set(&last, STATUS_NOT_FOUND, "there is no user \"%.80s\"", user_id));
    status = recommend(m, &request, &arena, films, &count);
    arena_release(&arena);
    return status == STATUS_OK ? count : negated(status);
}

ptrdiff_t matinee_recommend_for(const matinee *m, const matinee_rating *ratings, size_t count,
                                matinee_film *films, size_t capacity) {
    struct arena arena = {0};
    ptrdiff_t found = 0;
    last.text[0] = '\0';
    struct recommend_request request = {.rating_count = count, .top_k = capacity};
    enum status status = check_call(m, films, capacity);
    if (status == STATUS_OK)
        status = find_ratings(m, ratings, count, &arena, &request.ratings);
    if (status == STATUS_OK)
        status = recommend(m, &request, &arena, films, &found);
    arena_release(&arena);
    return status == STATUS_OK ? found : negated(status);
}

ptrdiff_t matinee_similar(const matinee *m, const char *film_id, matinee_film *films,
                          size_t capacity) {
    struct arena arena = {0};
    struct similar_answer answer = {0};
    uint32_t item;
    last.text[0] = '\0';
    enum status status = check_call(m, films, capacity);
    if (status == STATUS_OK)
        status = find_item(m, film_id, &item);
    if (status == STATUS_OK)
        status = service_similar(m->snapshot, item, capacity, &arena, &answer, &last);
    for (size_t i = 0; i < answer.count; i++)
        films[i] = film_of(m, answer.list[i].item, answer.list[i].similarity);
    arena_release(&arena);
    return status == STATUS_OK ? (ptrdiff_t)answer.count : negated(status);
}

matinee_status matinee_film_facts(const matinee *m, const char *film_id, matinee_film *film) {
    uint32_t item;
    last.text[0] = '\0';
    enum status status = need(m && film, m ? "film" : "the matinee");
    if (status == STATUS_OK)
        status = find_item(m, film_id, &item);
    if (status == STATUS_OK)
        *film = film_of(m, item, 0);
    return status_of(status);
}

ptrdiff_t matinee_fold_in(const matinee *m, const matinee_rating *ratings, size_t count,
                          float *vector, size_t capacity) {
    struct arena arena = {0};
    const struct rated_item *found = NULL;
    struct service_vector folded = {0};
    last.text[0] = '\0';
    enum status status = need(m, "the matinee");
    if (status == STATUS_OK)
        status = need(vector || capacity == 0, "vector");
    if (status == STATUS_OK)
        status = find_ratings(m, ratings, count, &arena, &found);
    if (status == STATUS_OK)
        status = service_fold_in(m->snapshot, found, count, &arena, &folded, &last);
    if (status == STATUS_OK && capacity >= folded.dimension && capacity > 0)
        memcpy(vector, folded.values, folded.dimension * sizeof *vector);
    arena_release(&arena);
    return status == STATUS_OK ? (ptrdiff_t)folded.dimension : negated(status);
}

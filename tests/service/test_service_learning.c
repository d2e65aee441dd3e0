/* test_service_learning.c: models trained again while they are served, by the program itself: what
 * is better takes over, what is worse does not, whatever goes wrong leaves all as it was, and
 * nobody who asks meanwhile is refused. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "service/school.h"
#include "service/service_feedback.h"
#include "service/service_person.h"

static struct school school;

static int open_school(void **state) {
    (void)state;
    school_open(&school, NULL, &(struct learning_options){.least_events = 10});
    school_live(&school, 5);
    return 0;
}

static int close_school(void **state) {
    (void)state;
    school_close(&school);
    return 0;
}

static struct learning_job learn(const struct learning_request *request) {
    int64_t number, run;
    struct error error;
    if (service_learning_start(school.service, request, &number, &run, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    const struct learning_job job = school_wait(&school);
    assert_int_equal(job.number, number);
    return job;
}

static void assert_state(const struct learning_job *job, enum learning_state state) {
    if (job->state != state)
        fprintf(stderr, "%s: %s\n", service_learning_state(job->state), job->message);
    assert_int_equal(job->state, state);
}

/* Films for somebody that the first model does not know, as ids with blanks between. */
static const char *films_of(const char *id, size_t count) {
    struct snapshot *snapshot;
    struct service_person person;
    struct recommend_answer answer;
    struct error error;
    assert_int_equal(service_acquire(school.service, "als", &snapshot, &error), STATUS_OK);
    assert_int_equal(
        service_person_find(school.service, snapshot, id, &school.arena, &person, &error),
        STATUS_OK);
    const struct recommend_request request = {.people = &person, .person_count = 1, .top_k = count};
    assert_int_equal(service_recommend(snapshot, &request, &school.arena, &answer, &error),
                     STATUS_OK);
    const char *text = "";
    for (size_t i = 0; i < answer.count; i++) {
        const struct text_slice name =
            id_map_name(&service_catalogue(snapshot)->items, answer.list[i].item);
        text = arena_format(&school.arena, "%s%.*s ", text, (int)name.length, name.start);
    }
    service_release(snapshot);
    return text;
}

static const char *list_of(const char *id) { return films_of(id, 5); }

static uint64_t file_number(const char *path) {
    struct stat found;
    return stat(path, &found) == 0 ? (uint64_t)found.st_ino : 0;
}

/* ---- Trained by the program ---- */

static atomic_bool is_over;
static atomic_int asked, refused;

static void *ask_on(void *unused) {
    (void)unused;
    struct arena arena = {0};
    for (uint32_t n = 0; !atomic_load(&is_over); n++) {
        const struct arena_position mark = arena_mark(&arena);
        struct snapshot *snapshot;
        struct recommend_answer answer;
        struct error error;
        bool well = service_acquire(school.service, "als", &snapshot, &error) == STATUS_OK;
        if (well) {
            const struct service_person person = service_person_known(snapshot, n % 40);
            const struct recommend_request request = {
                .people = &person, .person_count = 1, .top_k = 5};
            well = service_recommend(snapshot, &request, &arena, &answer, &error) == STATUS_OK &&
                   answer.count == 5;
            service_release(snapshot);
        }
        atomic_fetch_add(&asked, 1);
        atomic_fetch_add(&refused, !well);
        arena_reset(&arena, mark);
    }
    arena_release(&arena);
    return NULL;
}

static void better_one_takes_over_and_goes_back(void **state) {
    (void)state;
    enum { ASKING = 2 };
    pthread_t threads[ASKING];
    const uint64_t first_file = file_number(school.model);
    const char *before = list_of("60");
    atomic_store(&is_over, false);
    for (int i = 0; i < ASKING; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask_on, NULL), 0);
    const struct learning_job job = learn(&(struct learning_request){.name = "als"});
    atomic_store(&is_over, true);
    for (int i = 0; i < ASKING; i++)
        pthread_join(threads[i], NULL);
    assert_state(&job, LEARNING_REPLACED);
    assert_true(atomic_load(&asked) > 100);
    assert_int_equal(atomic_load(&refused), 0);
    assert_true(job.before.events >= 10);
    assert_int_equal(job.before.events, job.after.events);
    assert_true(job.after.ndcg > job.before.ndcg);
    assert_true(job.run > 0);
    assert_int_equal(job.version, 2);
    const char *after = list_of("60");
    assert_string_not_equal(before, after);
    assert_true(file_number(school.model) != first_file);

    unsigned version;
    struct error error;
    assert_int_equal(service_restore(school.service, NULL, 0, &version, &error), STATUS_OK);
    assert_int_equal(version, 1);
    assert_true(file_number(school.model) == first_file);
    assert_string_equal(list_of("60"), before);
    assert_int_equal(service_restore(school.service, NULL, 0, &version, &error), STATUS_NOT_FOUND);
    assert_int_equal(service_restore(school.service, NULL, 9, &version, &error), STATUS_NOT_FOUND);
    assert_int_equal(service_restore(school.service, "als", 2, &version, &error), STATUS_OK);
    assert_string_equal(list_of("60"), after);
    size_t count;
    assert_int_equal(service_reload(school.service, NULL, &count, &error), STATUS_OK);
    assert_int_equal(count, 1);
    assert_string_equal(list_of("60"), after);
}

static void worse_one_is_refused(void **state) {
    (void)state;
    const char *before = list_of("60");
    const struct learning_request request = {
        .kind = LEARNING_TRAIN, .name = "als", .model = "random"};
    const struct learning_job job = learn(&request);
    assert_state(&job, LEARNING_KEPT);
    assert_non_null(strstr(job.message, "worse"));
    assert_true(job.after.ndcg < job.before.ndcg);
    assert_string_equal(list_of("60"), before);
    struct service_files files;
    assert_int_equal(service_versions(school.service, "als", &school.arena, &files, &school.error),
                     STATUS_OK);
    for (size_t i = 0; i < files.count; i++)
        assert_true(files.versions[i].number <= 2);
    const char *candidate =
        arena_format(&school.arena, "%s.versions/candidate.safetensors", school.model);
    assert_false(files_exists(candidate));
}

static void another_kind_is_served_beside(void **state) {
    (void)state;
    const struct learning_request request = {.kind = LEARNING_TRAIN,
                                             .model = "ease",
                                             .settings = (const char *[]){"model.l2=20"},
                                             .setting_count = 1};
    const struct learning_job job = learn(&request);
    assert_state(&job, LEARNING_REPLACED);
    assert_int_equal(service_model_count(school.service), 2);
    struct snapshot *snapshot;
    struct error error;
    assert_int_equal(service_acquire(school.service, "ease", &snapshot, &error), STATUS_OK);
    assert_int_equal(service_catalogue(snapshot)->users.count, 2 * SCHOOL_PEOPLE);
    service_release(snapshot);
}

static void new_rows_are_learnt(void **state) {
    (void)state;
    unsigned version;
    assert_int_equal(service_restore(school.service, "als", 1, &version, &school.error), STATUS_OK);
    const struct learning_request request = {.kind = LEARNING_UPDATE, .name = "als"};
    const struct learning_job job = learn(&request);
    assert_state(&job, LEARNING_REPLACED);
    struct snapshot *snapshot;
    assert_int_equal(service_acquire(school.service, "als", &snapshot, &school.error), STATUS_OK);
    assert_int_equal(service_catalogue(snapshot)->users.count, 2 * SCHOOL_PEOPLE);
    service_release(snapshot);
}

static void erased_people_are_not_learnt(void **state) {
    (void)state;
    struct snapshot *snapshot;
    assert_int_equal(live_erase(service_live(school.service), "3", &school.error), STATUS_OK);
    const struct learning_request request = {.name = "als", .replace = LEARNING_ALWAYS};
    const struct learning_job job = learn(&request);
    assert_state(&job, LEARNING_REPLACED);
    assert_int_equal(service_acquire(school.service, "als", &snapshot, &school.error), STATUS_OK);
    assert_int_equal(id_map_find(&service_catalogue(snapshot)->users, "3", 1), DATASET_NONE);
    assert_int_not_equal(id_map_find(&service_catalogue(snapshot)->users, "4", 1), DATASET_NONE);
    service_release(snapshot);
}

/* A film is added and liked by people 1, 5, 9, ... of one circle; als learns of it. */
static void film_is_learnt(enum learning_kind kind, const char *id) {
    const struct feedback_item film = {
        .id = id, .title = "Seven", .genres = "Crime|Thriller", .year = 1995};
    struct live *live = service_live(school.service);
    struct snapshot *snapshot;
    /* It lies over what is served from now on, and what is under it is what learns. */
    assert_int_equal(service_set_films(school.service, &film, 1, &school.error), STATUS_OK);
    for (int i = 0; i < 8; i++) {
        const struct feedback_event event = {.person = arena_format(&school.arena, "%d", 1 + 4 * i),
                                             .item = id,
                                             .kind = FEEDBACK_LIKE,
                                             .time = 1800000000 + i,
                                             .hour = -1};
        assert_int_equal(live_append(live, &event, 1, &school.error), STATUS_OK);
    }
    const struct learning_request request = {
        .kind = kind, .name = "als", .replace = LEARNING_ALWAYS};
    const struct learning_job job = learn(&request);
    assert_state(&job, LEARNING_REPLACED);
    assert_int_equal(service_acquire(school.service, "als", &snapshot, &school.error), STATUS_OK);
    const struct dataset *catalogue = snapshot->origin->catalogue;
    const uint32_t item = id_map_find(&catalogue->items, id, strlen(id));
    assert_int_not_equal(item, DATASET_NONE);
    assert_string_equal(catalogue->movies[item].title, "Seven (1995)");
    assert_true(dataset_genre(catalogue, "Thriller") < catalogue->genre_count);
    service_release(snapshot);
    /* Who is of the circle and has not met it is shown it. */
    assert_non_null(strstr(films_of("93", 7), arena_format(&school.arena, "%s ", id)));
}

static void films_of_the_store_are_learnt(void **state) {
    (void)state;
    film_is_learnt(LEARNING_UPDATE, "776");
    film_is_learnt(LEARNING_RETRAIN, "777");
}

static void assert_refused(const struct learning_request *request, enum status status,
                           const char *text) {
    int64_t number, run;
    struct error error;
    assert_int_equal(service_learning_start(school.service, request, &number, &run, &error),
                     status);
    if (!strstr(error.text, text))
        fprintf(stderr, "%s\n", error.text);
    assert_non_null(strstr(error.text, text));
}

static void wrong_wishes_are_refused(void **state) {
    (void)state;
    const char *unknown[] = {"model.nonsense=1"}, *path[] = {"model.x=/etc/passwd"};
    const char *closed[] = {"paths.output_dir=x"}, *range[] = {"model.factors=-3"};
    struct learning_request request = {
        .kind = LEARNING_TRAIN, .model = "als", .settings = unknown, .setting_count = 1};
    assert_refused(&request, STATUS_BAD_USAGE, "model.nonsense");
    request.settings = path;
    assert_refused(&request, STATUS_BAD_USAGE, "cannot be set here");
    request.settings = closed;
    assert_refused(&request, STATUS_BAD_USAGE, "cannot be set here");
    request.settings = range;
    assert_refused(&request, STATUS_BAD_USAGE, "embedding_dim");
    assert_refused(&(struct learning_request){.kind = LEARNING_TRAIN, .model = "nosuch"},
                   STATUS_BAD_USAGE, "nosuch");
    assert_refused(&(struct learning_request){.name = "nosuch"}, STATUS_NOT_FOUND, "nosuch");
    assert_refused(
        &(struct learning_request){.kind = LEARNING_TRAIN, .model = "als", .name = "../als"},
        STATUS_BAD_USAGE, "name");
    assert_refused(&(struct learning_request){.kind = LEARNING_UPDATE, .name = "ease"},
                   STATUS_BAD_USAGE, "row by row");
}

/* ---- Trained by something else ---- */

static void killed_process_changes_nothing(void **state) {
    (void)state;
    struct arena arena = {0};
    const char *script = school_script("kill -9 $$", &arena);
    school_open(&school, script, &(struct learning_options){.least_events = 10});
    school_live(&school, 5);
    const uint64_t file = file_number(school.model);
    const char *before = list_of("60");
    const struct learning_job job = learn(&(struct learning_request){.name = "als"});
    assert_state(&job, LEARNING_FAILED);
    assert_non_null(strstr(job.message, "signal 9"));
    assert_true(file_number(school.model) == file);
    assert_string_equal(list_of("60"), before);
    unlink(script);
    arena_release(&arena);
    school_close(&school);
}

static void greedy_process_is_ended(void **state) {
    (void)state;
    struct arena arena = {0};
    /* 64 MB in a variable of the shell. */
    const char *script =
        school_script("x=$(head -c 64000000 /dev/zero | tr '\\0' a); sleep 60", &arena);
    school_open(&school, script,
                &(struct learning_options){.least_events = 10, .max_bytes = 32000000});
    school_live(&school, 5);
    const struct learning_job job = learn(&(struct learning_request){.name = "als"});
    assert_state(&job, LEARNING_FAILED);
    assert_non_null(strstr(job.message, "took more than 32 MB"));
    unlink(script);
    arena_release(&arena);
    school_close(&school);
}

static void one_at_a_time_until_it_is_stopped(void **state) {
    (void)state;
    struct arena arena = {0};
    const char *script = school_script("exec sleep 60", &arena);
    int64_t first, second, run;
    struct error error;
    school_open(&school, script, &(struct learning_options){.least_events = 10});
    school_live(&school, 5);
    const struct learning_request request = {.name = "als"};
    assert_int_equal(service_learning_stop(school.service, &error), STATUS_NOT_FOUND);
    assert_int_equal(service_learning_start(school.service, &request, &first, &run, &error),
                     STATUS_OK);
    assert_int_equal(service_learning_start(school.service, &request, &second, &run, &error),
                     STATUS_LIMIT);
    while (school_newest(&school).state != LEARNING_TRAINING)
        school_sleep();
    assert_int_equal(service_learning_stop(school.service, &error), STATUS_OK);
    struct learning_job job = school_wait(&school);
    assert_state(&job, LEARNING_CANCELLED);
    /* A server that ends does not wait for a training. */
    assert_int_equal(service_learning_start(school.service, &request, &second, &run, &error),
                     STATUS_OK);
    while (school_newest(&school).state != LEARNING_TRAINING)
        school_sleep();
    school_close(&school);
    unlink(script);
    arena_release(&arena);
}

/* ---- By itself ---- */

static void events_begin_it(void **state) {
    (void)state;
    school_open(&school, NULL, &(struct learning_options){.after_events = 400, .least_events = 10});
    school_live(&school, 1);
    assert_int_equal(school_newest(&school).number, 0);
    school_live(&school, 5);
    const struct learning_job job = school_wait(&school);
    assert_state(&job, LEARNING_REPLACED);
    assert_true(job.is_scheduled);
    assert_int_equal(service_learning_plan(school.service).events, 0);
    school_close(&school);
}

static void clock_begins_it_but_not_for_nothing(void **state) {
    (void)state;
    school_open(&school, NULL, &(struct learning_options){.every_seconds = 0.2});
    const struct learning_job job = school_wait(&school);
    assert_state(&job, LEARNING_KEPT);
    assert_non_null(strstr(job.message, "nothing was trained"));
    school_close(&school);
}

int main(void) {
    const struct CMUnitTest with_program[] = {
        cmocka_unit_test(better_one_takes_over_and_goes_back),
        cmocka_unit_test(worse_one_is_refused),
        cmocka_unit_test(another_kind_is_served_beside),
        cmocka_unit_test(new_rows_are_learnt),
        cmocka_unit_test(erased_people_are_not_learnt),
        cmocka_unit_test(films_of_the_store_are_learnt),
        cmocka_unit_test(wrong_wishes_are_refused),
    };
    const struct CMUnitTest alone[] = {
        cmocka_unit_test(killed_process_changes_nothing),
        cmocka_unit_test(greedy_process_is_ended),
        cmocka_unit_test(one_at_a_time_until_it_is_stopped),
        cmocka_unit_test(events_begin_it),
        cmocka_unit_test(clock_begins_it_but_not_for_nothing),
    };
    return cmocka_run_group_tests(with_program, open_school, close_school) |
           cmocka_run_group_tests(alone, NULL, NULL);
}

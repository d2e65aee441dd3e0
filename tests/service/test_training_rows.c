/* test_training_rows.c: what is to be learnt, from the tiny catalogue and a store in memory: said
 * anew, taken back, erased, new people and films, what is held out; the files that are written of
 * it are opened as a data set; the figures of a model whose lists can be worked out by hand; and
 * the versions of a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/files.h"
#include "service/model_versions.h"
#include "service/tiny.h"
#include "service/training_check.h"
#include "service/training_files.h"

struct world {
    struct arena arena;
    struct error error;
    struct snapshot *snapshot;
    struct feedback *store;
    int64_t time;
};

static void open_world(struct world *world) {
    *world = (struct world){.snapshot = tiny_snapshot(tiny_create()), .time = 2000000000};
    assert_int_equal(feedback_open(&world->store, "none", &world->error), STATUS_OK);
}

static void close_world(struct world *world) {
    feedback_close(world->store);
    service_release(world->snapshot);
    arena_release(&world->arena);
}

static void say(struct world *world, const char *person, const char *item, enum feedback_kind kind,
                double value) {
    const struct feedback_event event = {.person = person,
                                         .item = item,
                                         .kind = kind,
                                         .value = value,
                                         .time = world->time++,
                                         .hour = -1};
    assert_int_equal(feedback_append(world->store, &event, 1, &world->error), STATUS_OK);
}

static struct training_rows rows_of(struct world *world, size_t least) {
    struct training_rows rows;
    const struct training_hold hold = {least, least > 0 ? 1000 : 0};
    assert_int_equal(training_rows_read(&rows, world->snapshot, world->store, hold, &world->arena,
                                        &world->error),
                     STATUS_OK);
    return rows;
}

/* "10=4 30=5 " */
static const char *pairs_of(struct world *world, const struct training_rows *rows, const char *id) {
    const struct id_map *users = &world->snapshot->catalogue->users;
    const uint32_t user = id_map_find(users, id, strlen(id));
    const struct training_person *person = NULL;
    for (size_t i = 0; i < rows->person_count; i++)
        if (strcmp(rows->persons[i].id, id) == 0)
            person = &rows->persons[i];
    struct training_pair *pairs =
        ARENA_ARRAY(&world->arena, struct training_pair, training_rows_room(rows, user, person));
    const size_t count = training_rows_pairs(rows, user, person, pairs);
    const char *text = "";
    for (size_t i = 0; i < count; i++)
        text = arena_format(&world->arena, "%s%.*s=%g ", text, (int)pairs[i].length, pairs[i].item,
                            (double)pairs[i].value);
    return text;
}

static void said_anew_taken_back_erased(void **state) {
    (void)state;
    struct world world;
    open_world(&world);
    struct training_rows rows = rows_of(&world, 0);
    const char *before = pairs_of(&world, &rows, "1");
    assert_int_equal(rows.row_count, 0);
    assert_non_null(strstr(before, "10="));
    say(&world, "1", "10", FEEDBACK_REMOVE, NAN);
    say(&world, "1", "20", FEEDBACK_RATING, 1.5);
    say(&world, "1", "60", FEEDBACK_LIKE, NAN);
    say(&world, "1", "7a", FEEDBACK_DISLIKE, NAN);
    say(&world, "1", "99", FEEDBACK_RATING, 17); /* a film of the store; the best rating is 5 */
    say(&world, "1", "80", FEEDBACK_CLICK, NAN);
    say(&world, "session:1", "80", FEEDBACK_LIKE, NAN);
    rows = rows_of(&world, 0);
    const char *after = pairs_of(&world, &rows, "1");
    assert_null(strstr(after, "10="));
    assert_non_null(strstr(after, "20=1.5 60=5 7a=1 99=5 "));
    assert_int_equal(rows.person_count, 1);
    assert_int_equal(rows.new_count, 3);
    assert_int_equal(rows.liked_count, 2);
    assert_int_equal(feedback_erase(world.store, "1", &world.error), STATUS_OK);
    rows = rows_of(&world, 0);
    assert_string_equal(pairs_of(&world, &rows, "1"), "");
    close_world(&world);
}

static void newest_fifth_is_held_out(void **state) {
    (void)state;
    struct world world;
    open_world(&world);
    static const char *const items[] = {"60", "7a", "80", "50", "40"};
    for (int person = 0; person < 2; person++)
        for (int i = 0; i < 5; i++)
            say(&world, person ? "new" : "newer", items[i], FEEDBACK_RATING, 5);
    struct training_rows rows = rows_of(&world, 1);
    assert_int_equal(rows.liked_count, 10);
    assert_int_equal(rows.held_count, 2);
    assert_string_equal(pairs_of(&world, &rows, "newer"), "60=5 7a=5 80=5 50=5 40=5 ");
    assert_string_equal(pairs_of(&world, &rows, "new"), "60=5 7a=5 80=5 ");
    rows = rows_of(&world, 6); /* six are asked for, and four would be left to learn from */
    assert_int_equal(rows.held_count, 0);
    rows = rows_of(&world, 5);
    assert_int_equal(rows.held_count, 5);
    assert_string_equal(pairs_of(&world, &rows, "new"), "");
    close_world(&world);
}

static void files_are_a_data_set(void **state) {
    (void)state;
    struct world world;
    open_world(&world);
    const struct feedback_item film = {
        .id = "99", .title = "Nine, \"Nine\"", .genres = "Western", .year = 1999};
    assert_int_equal(feedback_set_items(world.store, &film, 1, &world.error), STATUS_OK);
    say(&world, "new, \"one\"", "99", FEEDBACK_RATING, 4);
    say(&world, "new, \"one\"", "10", FEEDBACK_RATING, 3);
    const struct training_rows rows = rows_of(&world, 0);
    char folder[] = "/tmp/matinee-rows-XXXXXX";
    assert_non_null(mkdtemp(folder));
    assert_int_equal(training_files_write(&rows, world.store, folder, &world.error), STATUS_OK);
    struct dataset *data;
    if (dataset_open(&data, folder, &world.error) != STATUS_OK)
        fail_msg("%s", world.error.text);
    assert_int_equal(data->interactions.count, 9 + 2);
    assert_true(data->has_ratings);
    const uint32_t item = dataset_find_item(data, "99");
    assert_string_equal(data->movies[item].title, "Nine, \"Nine\" (1999)");
    assert_int_equal(data->movies[item].year, 1999);
    assert_int_not_equal(dataset_genre(data, "Western"), DATASET_NONE);
    assert_int_not_equal(id_map_find(&data->users, "new, \"one\"", 10), DATASET_NONE);
    const uint32_t alpha = dataset_find_item(data, "10");
    assert_string_equal(data->movies[alpha].imdb_id, "0000010");
    assert_non_null(data->movies[dataset_find_item(data, "40")].facts);
    dataset_close(data);
    size_t count;
    assert_int_equal(training_files_write_new(&rows, world.store, folder, &count, &world.error),
                     STATUS_OK);
    assert_int_equal(count, 1); /* the model takes no new films in */
    files_remove_folder(folder, &world.error);
    close_world(&world);
}

/* Of the tiny model the films next to what somebody has come first: after 50 (place 4) both 40 and
 * 60 have the same score, and a tie counts against the model, so 60 comes second; then 7a (place 6)
 * is at a distance of 1 from 60 and of 2 from 50, 40 of 1 and 2 likewise: second again; 99 is a
 * film that the model does not know. */
static void figures_by_hand(void **state) {
    (void)state;
    struct world world;
    open_world(&world);
    say(&world, "someone", "50", FEEDBACK_RATING, 5);
    for (int i = 0; i < 2; i++)
        say(&world, i ? "other" : "third", "10", FEEDBACK_RATING, 5);
    say(&world, "someone", "60", FEEDBACK_RATING, 5);
    say(&world, "someone", "7a", FEEDBACK_RATING, 5);
    say(&world, "someone", "99", FEEDBACK_RATING, 5);
    const struct training_rows rows = rows_of(&world, 3);
    assert_int_equal(rows.held_count, 3);
    struct training_figures figures;
    training_check_measure(&rows, world.snapshot, NULL, &figures);
    assert_int_equal(figures.events, 3);
    ASSERT_NEAR(figures.hit_rate, 2 / 3.0, 1e-9);
    ASSERT_NEAR(figures.ndcg, 2 / log2(3) / 3, 1e-9);
    close_world(&world);
}

static void write_text(const char *path, const char *text) {
    struct error error;
    assert_int_equal(files_write(path, text, strlen(text), &error), STATUS_OK);
}

static void assert_text(const char *path, const char *expected) {
    struct arena arena = {0};
    struct error error;
    char *text;
    size_t size;
    assert_int_equal(files_read(path, 100, &arena, &text, &size, &error), STATUS_OK);
    assert_string_equal(text, expected);
    arena_release(&arena);
}

static void versions_come_and_go(void **state) {
    (void)state;
    struct arena arena = {0};
    struct error error;
    struct model_version *list;
    size_t count;
    unsigned number;
    char folder[] = "/tmp/matinee-versions-XXXXXX";
    assert_non_null(mkdtemp(folder));
    const char *file = files_join(&arena, folder, "m.safetensors"), *candidate;
    write_text(file, "one");
    assert_int_equal(model_versions_list(file, &arena, &list, &count, &error), STATUS_OK);
    assert_int_equal(count, 0);
    assert_int_equal(model_versions_previous(file, &number, &error), STATUS_NOT_FOUND);
    static const char *const texts[] = {"two", "three", "four"};
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(model_versions_candidate(file, &arena, &candidate, &error), STATUS_OK);
        write_text(candidate, texts[i]);
        assert_int_equal(model_versions_promote(file, candidate, 3, &number, &error), STATUS_OK);
        assert_int_equal(number, i + 2);
        assert_text(file, texts[i]);
    }
    assert_int_equal(model_versions_list(file, &arena, &list, &count, &error), STATUS_OK);
    assert_int_equal(count, 3); /* the first one went */
    assert_int_equal(list[0].number, 2);
    assert_true(list[2].is_present);
    assert_int_equal(model_versions_previous(file, &number, &error), STATUS_OK);
    assert_int_equal(number, 3);
    assert_int_equal(model_versions_restore(file, 2, &error), STATUS_OK);
    assert_text(file, "two");
    assert_int_equal(model_versions_restore(file, 2, &error), STATUS_OK);
    assert_int_equal(model_versions_restore(file, 1, &error), STATUS_NOT_FOUND);
    assert_text(file, "two");
    /* What somebody else puts there is kept, too, when it is replaced. */
    write_text(file, "other");
    assert_int_equal(model_versions_restore(file, 3, &error), STATUS_OK);
    assert_int_equal(model_versions_restore(file, 5, &error), STATUS_OK);
    assert_text(file, "other");
    files_remove_folder(folder, &error);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(said_anew_taken_back_erased), cmocka_unit_test(newest_fifth_is_held_out),
        cmocka_unit_test(files_are_a_data_set),        cmocka_unit_test(figures_by_hand),
        cmocka_unit_test(versions_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

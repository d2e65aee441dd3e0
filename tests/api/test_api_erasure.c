/* test_api_erasure.c: a person is erased everywhere: whatever can be asked over the socket, what is
 * exported and copied afterwards, and the bytes of the store's files. The id alone stays, as a
 * mark; of somebody who was never known not even that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "api/loopback.h"
#include "base/files.h"

static char folder[] = "/tmp/matinee-erasure-XXXXXX";
static struct arena arena;

static int start(void **state) {
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    return loopback_start_store(tiny_create(), files_join(&arena, folder, "people.db"));
}

static int stop(void **state) {
    struct error error;
    loopback_stop(state);
    arena_release(&arena);
    return files_remove_folder(folder, &error) == STATUS_OK ? 0 : -1;
}

/* Everything that can be said of somebody; "secret" stands in what he alone said. */
static void live_a_life(const char *id) {
    loopback_ask("PUT", arena_format(&arena, "/api/users/%s/ratings", id),
                 "[{\"item_id\": 80, \"rating\": 5}, {\"item_id\": 10, \"rating\": 1}]", 200,
                 "...rated");
    loopback_ask("POST", "/api/events",
                 arena_format(&arena,
                              "{\"user_id\": \"%s\", \"item_id\": 10, \"event\": \"view\", "
                              "\"device\": \"secret-tv\", \"context\": {\"secret\": 1}}",
                              id),
                 201, "...accepted");
    loopback_ask("POST", "/gorse/api/feedback",
                 arena_format(&arena,
                              "[{\"FeedbackType\": \"secret-star\", \"UserId\": \"%s\", "
                              "\"ItemId\": \"80\", \"Timestamp\": \"2024-01-01T00:00:00Z\"}]",
                              id),
                 200, "...RowAffected");
    loopback_ask("PATCH", arena_format(&arena, "/gorse/api/user/%s", id),
                 "{\"Comment\": \"secret\"}", 200, "...RowAffected");
    loopback_ask("POST", "/api/experiments",
                 "{\"name\": \"try\", \"arms\": [{\"name\": \"a\"}, {\"name\": \"b\"}]}", 200,
                 "...try");
    loopback_ask("GET", arena_format(&arena, "/api/recommend?user_id=%s", id), NULL, 200,
                 "...recommendations");
    loopback_ask("GET", arena_format(&arena, "/api/users/%s/export", id), NULL, 200, "...secret");
    loopback_ask("DELETE", "/api/experiments/try", NULL, 200, "...ended");
}

static void assert_nobody(const char *id) {
    static const char *const routes[] = {"/api/recommend?user_id=%s",
                                         "/api/recommend?user_id=3,%s",
                                         "/recommendations?user_id=%s&genre=Drama",
                                         "/api/explain?user_id=%s&item_id=10",
                                         "/api/users/%s",
                                         "/api/users/%s/ratings",
                                         "/api/users/%s/export",
                                         "/api/users/%s/taste",
                                         "/gorse/api/user/%s"};
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        const char *target =
            arena_format(&arena, "%.*s%s%s", (int)(strstr(routes[i], "%s") - routes[i]), routes[i],
                         id, strstr(routes[i], "%s") + 2);
        struct client_answer answer = client_ask(loopback.port, "GET", target, "", NULL);
        if (answer.status != 404 && strcmp(answer.body, "[]") != 0)
            fail_msg("%s: %d %s", target, answer.status, answer.body);
        free(answer.body);
    }
    loopback_ask("GET", arena_format(&arena, "/gorse/api/user/%s/feedback", id), NULL, 200, "[]");
}

/* That no file of the store, its log included, has the text. */
static void assert_not_in_files(const char *text) {
    static const char *const names[] = {"people.db", "people.db-wal", "copy.db"};
    for (size_t i = 0; i < 3; i++) {
        char *bytes;
        size_t size;
        struct error error;
        const char *path = files_join(&arena, folder, names[i]);
        if (!files_exists(path))
            continue;
        assert_int_equal(files_read(path, (size_t)1 << 24, &arena, &bytes, &size, &error), 0);
        for (size_t at = 0; at + strlen(text) <= size; at++)
            if (memcmp(bytes + at, text, strlen(text)) == 0)
                fail_msg("%s has \"%s\" at byte %zu", path, text, at);
    }
}

static void copy_store(void) {
    struct client_answer answer = client_ask(loopback.port, "POST", "/api/admin/backup", "", "");
    struct error error;
    assert_int_equal(answer.status, 200);
    assert_true(answer.body_size > 4096);
    assert_int_equal(
        files_write(files_join(&arena, folder, "copy.db"), answer.body, answer.body_size, &error),
        STATUS_OK);
    free(answer.body);
}

static void everything_goes(void **state) {
    (void)state;
    static const char *const people[] = {"zoe", "2"}; /* the store's alone, and the model's too */
    for (size_t i = 0; i < 2; i++) {
        live_a_life(people[i]);
        loopback_ask("DELETE", arena_format(&arena, "/api/users/%s", people[i]), NULL, 200,
                     "...\"erased\":true}");
        assert_nobody(people[i]);
        loopback_ask("DELETE", "/api/experiments/try?purge=true", NULL, 200, "...purged");
    }
    loopback_ask("GET", "/users", NULL, 200, "[1,3,\"ann\",\"u/5\"]");
    loopback_ask("GET", "/api/stats", NULL, 200, "...\"people\":0,\"ratings\":0,\"events\":0,");
    struct client_answer all =
        client_ask(loopback.port, "GET", "/api/admin/export?what=all", "", NULL);
    assert_int_equal(all.status, 200);
    assert_non_null(strstr(all.body, "{\"type\":\"erased\",\"person\":\"zoe\""));
    assert_null(strstr(all.body, "secret"));
    assert_null(strstr(all.body, "\"type\":\"rating\""));
    free(all.body);
    copy_store();
    assert_not_in_files("secret");
}

static void who_comes_back_begins_anew(void **state) {
    (void)state;
    loopback_ask("PUT", "/api/users/2/ratings", "{\"item_id\": 60, \"rating\": 4}", 200,
                 "...rated");
    loopback_ask("GET", "/api/users/2/ratings", NULL, 200, "...[{\"item_id\":60,");
    loopback_ask("GET", "/users", NULL, 200, "[1,2,3,\"ann\",\"u/5\"]");
    loopback_ask("DELETE", "/api/users/2", NULL, 200, "...\"erased\":true}");
    assert_nobody("2");
}

static void who_was_never_here_leaves_no_mark(void **state) {
    (void)state;
    loopback_ask("DELETE", "/api/users/nobody", NULL, 404, "...there is no user \\\"nobody\\\"");
    loopback_ask("DELETE", "/gorse/api/user/nobody", NULL, 200, "{\"RowAffected\":0}");
    struct client_answer erased =
        client_ask(loopback.port, "GET", "/api/admin/export?what=erased", "", NULL);
    assert_null(strstr(erased.body, "nobody"));
    free(erased.body);
    assert_not_in_files("nobody");
}

/* An export says who was erased: whoever reads it does not use what models know of them. */
static void an_import_erases(void **state) {
    (void)state;
    loopback_ask("GET", "/api/users/3", NULL, 200, "...\"total_ratings\"");
    loopback_ask("POST", "/api/admin/import",
                 "{\"type\":\"erased\",\"person\":\"3\",\"time\":1700000000}\n", 200,
                 "...\"lines\":1");
    assert_nobody("3");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_goes),
        cmocka_unit_test(who_comes_back_begins_anew),
        cmocka_unit_test(who_was_never_here_leaves_no_mark),
        cmocka_unit_test(an_import_erases),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

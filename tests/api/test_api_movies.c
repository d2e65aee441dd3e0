/* test_api_movies.c: films that are added and edited: listed, found and shown at once, and again
 * after a restart and an import. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#include "api/loopback.h"

static char path[] = "/tmp/matinee-movies-XXXXXX";

static void assert_patch(const char *target, const char *body, int status, const char *text) {
    struct client_answer answer = client_ask(loopback.port, "PATCH", target, "", body);
    if (answer.status != status || !strstr(answer.body, text))
        fprintf(stderr, "PATCH %s %s\nfound    %d %s\nexpected %d ...%s...\n", target, body,
                answer.status, answer.body, status, text);
    assert_int_equal(answer.status, status);
    assert_non_null(strstr(answer.body, text));
    free(answer.body);
}

static void added(void **state) {
    (void)state;
    assert_contains("/api/movies",
                    "{\"item_id\": 9000, \"title\": \"Sunrise Café\", \"year\": 2026,"
                    " \"genres\": [\"Drama\"], \"imdb_id\": \"0123456\","
                    " \"runtime\": 91, \"overview\": \"Two meet.\"}",
                    201,
                    "{\"id\":9000,\"title\":\"Sunrise Caf\xc3\xa9 (2026)\",\"genres\":[\"Drama\"],"
                    "\"year\":2026,\"imdb_id\":\"0123456\",");
    assert_contains("/api/movie/9000", NULL, 200, "\"overview\":\"Two meet.\",\"runtime\":91,");
    assert_contains("/api/movie/9000", NULL, 200, "\"count\":0}");
    assert_contains("/api/movies?q=sunrise+cafe", NULL, 200,
                    "\"total\":1,\"movies\":[{\"item_id\":9000,\"encoded_id\":8,");
    assert_contains("/api/movies?q=sunrize+cafe", NULL, 200, "\"item_id\":9000");
    assert_contains("/api/movies?sort=year&backwards=true&limit=1", NULL, 200, "\"item_id\":30");
    assert_contains("/api/movies?sort=year&limit=1", NULL, 200, "\"item_id\":9000");
    assert_contains("/api/movies?genre=Drama&years=2026", NULL, 200, "\"total\":1");
    assert_contains("/api/movies?sort=title&limit=9", NULL, 200, "\"total\":9");
    assert_contains("/api/top?top_k=9", NULL, 200, "\"total\":9");
}

static void edited(void **state) {
    (void)state;
    assert_patch("/api/movies/10", "{\"title\": \"Omega\", \"genres\": [\"Comedy\", \"Drama\"]}",
                 200,
                 "{\"id\":10,\"title\":\"Omega (1990)\",\"genres\":[\"Comedy\",\"Drama\"],"
                 "\"year\":1990,\"imdb_id\":\"0000010\",\"hue\":113,\"count\":3,");
    assert_contains("/api/movies?q=omega", NULL, 200, "\"movies\":[{\"item_id\":10,");
    assert_contains("/api/movies?q=alpha", NULL, 200, "\"total\":0");
    assert_contains("/api/movies?genre=Comedy&sort=id&limit=1", NULL, 200, "\"item_id\":10,");
    assert_contains("/api/movies?genre=Action&sort=id&limit=1", NULL, 200, "\"item_id\":20,");
    assert_patch("/api/movies/40", "{\"runtime\": null, \"year\": 1994}", 200,
                 "\"year\":1994,\"overview\":\"A river.\",\"hue\":284,\"count\":2");
    assert_patch("/api/movies/9000", "{\"overview\": \"They part.\"}", 200,
                 "\"overview\":\"They part.\",\"runtime\":91");
    assert_contains("/api/movies?sort=match&q=cafe", NULL, 200, "They part.");
}

static void refused(void **state) {
    (void)state;
    assert_contains("/api/movies", "{\"item_id\": 10, \"title\": \"Again\"}", 409, "already");
    assert_contains("/api/movies", "{\"item_id\": 9000, \"title\": \"Again\"}", 409, "PATCH");
    assert_contains("/api/movies", "{\"title\": \"Who\"}", 400, "item_id");
    assert_contains("/api/movies", "{\"item_id\": 1, \"title\": \"\"}", 422, "one line");
    assert_contains("/api/movies", "{\"item_id\": 1, \"title\": \"A\", \"genres\": [\"Comdy\"]}",
                    422, "one of the genres");
    assert_contains("/api/movies", "{\"item_id\": 1, \"title\": \"A\", \"year\": 0}", 422, "year");
    assert_contains("/api/movies", "{\"item_id\": 1, \"title\": \"A\", \"runtime\": \"long\"}", 422,
                    "a number");
    assert_contains("/api/movies", "[]", 400, "object");
    assert_contains("/api/movie/1", NULL, 404, "no film");
    assert_patch("/api/movies/77", "{\"title\": \"A\"}", 404, "no film");
}

static void again(void **state) {
    struct error error;
    (void)state;
    loopback_stop(NULL);
    assert_int_equal(loopback_start(tiny_create()), 0);
    assert_int_equal(service_open_store(loopback.service, path, &error), STATUS_OK);
    assert_contains("/api/movie/9000", NULL, 200, "They part.");
    assert_contains("/api/movies?q=omega", NULL, 200, "\"movies\":[{\"item_id\":10,");
    assert_contains("/api/admin/export?what=items", NULL, 200, "Sunrise");
    struct client_answer kept =
        client_ask(loopback.port, "GET", "/api/admin/export?what=items", "", NULL);
    loopback_stop(NULL);
    assert_int_equal(loopback_start(tiny_create()), 0);
    assert_int_equal(service_open_store(loopback.service, "none", &error), STATUS_OK);
    assert_contains("/api/movie/9000", NULL, 404, "no film");
    assert_contains("/api/admin/import", kept.body, 200, "\"lines\":3");
    assert_contains("/api/movie/9000", NULL, 200, "They part.");
    assert_contains("/api/movies?q=omega", NULL, 200, "\"movies\":[{\"item_id\":10,");
    free(kept.body);
}

static void without_a_store(void **state) {
    (void)state;
    loopback_stop(NULL);
    assert_int_equal(loopback_start(tiny_create()), 0);
    assert_contains("/api/movies", "{\"item_id\": 1, \"title\": \"A\"}", 503, "store");
    assert_contains("/api/movies?limit=1", NULL, 200, "\"total\":8");
}

static int start(void **state) {
    struct error error;
    (void)state;
    const int file = mkstemp(path);
    if (file < 0 || loopback_start(tiny_create()) != 0)
        return -1;
    close(file);
    return service_open_store(loopback.service, path, &error) == STATUS_OK ? 0 : -1;
}

static int stop(void **state) {
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char name[sizeof path + 8];
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        unlink(name);
    }
    return loopback_stop(state);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(added), cmocka_unit_test(edited),          cmocka_unit_test(refused),
        cmocka_unit_test(again), cmocka_unit_test(without_a_store),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

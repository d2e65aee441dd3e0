/* test_api_train.c: a model trained again through the routes, seen in the store of runs while it
 * happens, promoted and rolled back, over a real socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <jansson.h>

#include "api/api.h"
#include "http/client.h"
#include "service/school.h"

static struct school school;
static struct api *api;

static int start(void **state) {
    (void)state;
    const struct api_options options = {0};
    school_open(&school, NULL, &(struct learning_options){.least_events = 10});
    school_live(&school, 5);
    return api_start(&api, school.service, &options, &school.error) == STATUS_OK ? 0 : -1;
}

static int stop(void **state) {
    (void)state;
    api_stop(api);
    school_close(&school);
    return 0;
}

/* The answer as JSON, which the caller gives back. */
static json_t *ask(const char *method, const char *target, const char *body, int status) {
    struct client_answer answer = client_ask(api_port(api), method, target, "", body);
    if (answer.status != status)
        fprintf(stderr, "%s %s: %d %s\n", method, target, answer.status, answer.body);
    assert_int_equal(answer.status, status);
    json_t *json = json_loads(answer.body, 0, NULL);
    free(answer.body);
    assert_non_null(json);
    return json;
}

static const char *text_at(const json_t *object, const char *key) {
    return json_string_value(json_object_get(object, key));
}

/* Posts, waits, and returns the job as /api/train has it. */
static json_t *train(const char *body) {
    json_t *begun = ask("POST", "/api/train", body, 202);
    const json_int_t number = json_integer_value(json_object_get(begun, "job"));
    const json_int_t run = json_integer_value(json_object_get(begun, "run_id"));
    json_decref(begun);
    school_wait(&school);
    json_t *all = ask("GET", "/api/train", NULL, 200);
    json_t *job = json_incref(json_array_get(json_object_get(all, "jobs"), 0));
    assert_int_equal(json_integer_value(json_object_get(job, "job")), number);
    assert_true(run > 0);
    assert_int_equal(json_integer_value(json_object_get(job, "run")), run);
    assert_true(json_is_false(json_object_get(all, "busy")));
    json_decref(all);
    return job;
}

/* What /metrics says of trainings. */
static void assert_counted(const char *line) {
    struct client_answer answer = client_ask(api_port(api), "GET", "/metrics", "", NULL);
    if (!strstr(answer.body, line))
        fail_msg("/metrics has no %s in\n%s", line, answer.body);
    free(answer.body);
}

static void retrained_and_rolled_back(void **state) {
    (void)state;
    assert_counted("\nmatinee_training_running 0\n");
    json_t *job = train("{}");
    assert_counted("\nmatinee_trainings_total{kind=\"retrain\",result=\"replaced\"} 1\n");
    assert_counted("\nmatinee_training_running 0\n");
    assert_counted("\nmatinee_training_last_failed{kind=\"retrain\"} 0\n");
    assert_counted("\nmatinee_training_last_seconds{kind=\"retrain\"} ");
    assert_counted("\nmatinee_training_last_end_timestamp_seconds{kind=\"retrain\"} ");
    assert_string_equal(text_at(job, "state"), "replaced");
    assert_string_equal(text_at(job, "kind"), "retrain");
    assert_string_equal(text_at(job, "model"), "als");
    assert_true(json_number_value(json_object_get(json_object_get(job, "after"), "ndcg@10")) >
                json_number_value(json_object_get(json_object_get(job, "before"), "ndcg@10")));
    const json_int_t run = json_integer_value(json_object_get(job, "run"));
    json_decref(job);
    json_t *models = ask("GET", "/api/admin/models", NULL, 200);
    const json_t *model = json_array_get(json_object_get(models, "models"), 0);
    const json_t *versions = json_object_get(model, "versions");
    assert_string_equal(text_at(model, "file"), "als.safetensors");
    assert_int_equal(json_array_size(versions), 2);
    assert_true(json_is_true(json_object_get(json_array_get(versions, 1), "present")));
    json_decref(models);
    json_t *back = ask("POST", "/api/admin/models", "{\"action\": \"roll_back\"}", 200);
    assert_int_equal(json_integer_value(json_object_get(back, "version")), 1);
    json_decref(back);
    json_decref(ask("POST", "/api/admin/models", "{\"action\": \"roll_back\"}", 404));
    json_decref(ask("POST", "/api/admin/models", "{\"action\": \"promote\", \"version\": 2}", 200));
    json_decref(ask("POST", "/api/admin/reload", "", 200));
    json_decref(ask("POST", "/api/admin/models", "{\"action\": \"roll_back\"}", 200));
    char body[64];
    snprintf(body, sizeof body, "{\"run\": %lld, \"file\": \"x\"}", (long long)run);
    json_t *again = ask("POST", "/api/admin/models", body, 200);
    assert_int_equal(json_integer_value(json_object_get(again, "version")), 2);
    json_decref(again);
    snprintf(body, sizeof body, "/api/runs/%lld", (long long)run);
    json_t *told = ask("GET", body, NULL, 200);
    const json_t *metrics = json_object_get(told, "metrics");
    assert_true(json_is_object(json_object_get(metrics, "ndcg@10")));
    assert_true(json_is_object(json_object_get(metrics, "recall@10")));
    assert_string_equal(text_at(told, "split"), "newest_events");
    assert_string_equal(text_at(told, "data"), "ratings");
    assert_string_equal(text_at(told, "model_file"), "2.safetensors");
    assert_true(json_is_true(json_object_get(told, "can_serve")));
    assert_non_null(strstr(text_at(told, "settings"), "\ndata: ratings\n"));
    json_decref(told);
    json_t *served = ask("GET", "/api/models", NULL, 200);
    const json_t *als = json_object_get(json_object_get(served, "details"), "als");
    assert_true(json_number_value(json_object_get(json_object_get(als, "metrics"), "ndcg@10")) > 0);
    assert_string_equal(text_at(json_object_get(als, "measured_by"), "split"), "newest_events");
    json_decref(served);
    json_decref(ask("POST", "/api/runs/999/promote", "", 404));
    json_decref(ask("POST", "/api/admin/models", "{\"run\": 999}", 404));
    json_decref(ask("POST", "/api/admin/models", "{}", 400));
    json_decref(ask("POST", "/api/admin/models", "{\"action\": \"promote\"}", 400));
    json_decref(ask("POST", "/api/admin/models", "{\"action\": \"burn\"}", 422));
    json_decref(
        ask("POST", "/api/admin/models", "{\"action\": \"default\", \"model\": \"x\"}", 404));
}

/* Everything that comes until the server closes, head and marks of chunks and all; owned. */
static char *read_stream(const char *target, const char *headers) {
    const size_t room = 65536;
    char *text = calloc(room, 1);
    size_t used =
        (size_t)snprintf(text, room, "GET %s HTTP/1.1\r\nHost: test\r\nConnection: close\r\n%s\r\n",
                         target, headers);
    const int descriptor = client_open(api_port(api));
    client_send(descriptor, text, used);
    ssize_t got;
    for (used = 0; (got = recv(descriptor, text + used, room - used - 1, 0)) > 0;)
        used += (size_t)got;
    close(descriptor);
    text[used] = '\0';
    return text;
}

/* Epochs come one by one, the end at last. */
static void run_is_told(void **state) {
    (void)state;
    json_t *job = train("{\"model\": \"bpr\", \"settings\": {\"model.embedding_dim\": 4, "
                        "\"trainer.max_epochs\": 3, \"trainer.early_stopping.enabled\": false}}");
    assert_string_equal(text_at(job, "state"), "replaced");
    const json_int_t run = json_integer_value(json_object_get(job, "run"));
    assert_true(run > 0);
    json_decref(job);
    char target[64];
    snprintf(target, sizeof target, "/api/runs/%lld/events", (long long)run);
    char *events = read_stream(target, "");
    assert_non_null(strstr(events, "Content-Type: text/event-stream\r\n"));
    assert_non_null(strstr(events, "event: epoch\nid: 1\ndata: {\"part\":\"\",\"epoch\":1,"));
    assert_non_null(strstr(events, "id: 3\n"));
    assert_non_null(strstr(events, "event: end\n"));
    assert_non_null(strstr(events, "\"status\":\"done\""));
    free(events);
    events = read_stream(target, "Last-Event-ID: 2\r\n");
    assert_null(strstr(events, "id: 2\n"));
    assert_non_null(strstr(events, "id: 3\n"));
    free(events);
    snprintf(target, sizeof target, "/api/runs/%lld", (long long)run);
    json_t *one = ask("GET", target, NULL, 200);
    assert_string_equal(text_at(one, "model"), "bpr");
    assert_true(json_array_size(json_object_get(one, "epochs")) >= 3);
    assert_non_null(strstr(text_at(one, "settings"), "model.embedding_dim: 4"));
    assert_true(json_is_object(json_object_get(json_object_get(one, "metrics"), "ndcg@10")));
    json_decref(one);
    json_t *list = ask("GET", "/api/runs?model=bpr&status=done", NULL, 200);
    assert_int_equal(json_array_size(json_object_get(list, "runs")), 1);
    json_decref(list);
    json_decref(ask("GET", "/api/runs/999", NULL, 404));
    json_decref(ask("GET", "/api/runs/x", NULL, 404));
    json_decref(ask("GET", "/api/runs/999/events", NULL, 404));
}

/* What the command line trained is served, too. */
static void run_of_somebody_else_is_served(void **state) {
    (void)state;
    const char *out = files_join(&school.arena, school.folder, "other.safetensors");
    const char *data = files_join(&school.arena, school.folder, "ratings.csv");
    const char *const words[] = {"train",
                                 "als",
                                 arena_format(&school.arena, "data=%s", data),
                                 "model.factors=4",
                                 "--quiet",
                                 "--store",
                                 school.runs,
                                 "--out",
                                 out,
                                 NULL};
    const struct process_start start = {.program = school.program, .words = words};
    pid_t process;
    assert_int_equal(process_start(&process, &start, &school.error), STATUS_OK);
    assert_int_equal(process_wait(process), 0);
    json_t *list = ask("GET", "/api/runs?model=als&limit=1", NULL, 200);
    const json_t *run = json_array_get(json_object_get(list, "runs"), 0);
    assert_true(json_is_object(json_object_get(json_object_get(run, "metrics"), "ndcg@10")));
    assert_string_equal(text_at(run, "model_file"), "other.safetensors");
    char body[64];
    const long long number = json_integer_value(json_object_get(run, "id"));
    snprintf(body, sizeof body, "{\"run\": %lld}", number);
    json_decref(list);
    json_t *promoted = ask("POST", "/api/admin/models", body, 200);
    const json_int_t version = json_integer_value(json_object_get(promoted, "version"));
    assert_true(version > 2);
    json_decref(promoted);
    json_decref(ask("POST", "/api/admin/models", "{\"action\": \"roll_back\"}", 200));
    /* The file is a version already: no second one is made of it. */
    snprintf(body, sizeof body, "/api/runs/%lld/promote", number);
    promoted = ask("POST", body, "", 200);
    assert_int_equal(json_integer_value(json_object_get(promoted, "version")), version);
    assert_string_equal(text_at(promoted, "model"), "als");
    json_decref(promoted);
    assert_int_equal(unlink(out), 0);
    json_decref(ask("POST", body, "", 404));
}

static void wrong_wishes(void **state) {
    (void)state;
    static const struct {
        const char *body;
        int status;
    } cases[] = {
        {"{\"model\": \"als\", \"settings\": {\"model.nonsense\": 1}}", 422},
        {"{\"model\": \"als\", \"settings\": {\"paths.output_dir\": \"x\"}}", 422},
        {"{\"model\": \"als\", \"settings\": {\"model.k\": {}}}", 422},
        {"{\"settings\": [1]}", 422},
        {"{\"model\": \"nosuch\"}", 422},
        {"{\"name\": \"nosuch\"}", 404},
        {"{\"kind\": \"bake\"}", 422},
        {"{\"kind\": \"update\", \"model\": \"als\"}", 422},
        {"{\"replace\": \"perhaps\"}", 422},
        {"{\"model\": 7}", 422},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        json_decref(ask("POST", "/api/train", cases[i].body, cases[i].status));
    json_decref(ask("DELETE", "/api/train", NULL, 404));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(retrained_and_rolled_back), cmocka_unit_test(run_is_told),
        cmocka_unit_test(run_of_somebody_else_is_served), cmocka_unit_test(wrong_wishes)};
    return cmocka_run_group_tests(tests, start, stop);
}

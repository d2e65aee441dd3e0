/* test_mlflow_registry.c: models:/NAME/VERSION against a small server of this process that answers
 * as MLflow's does; what is left behind when it does not. */
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/files.h"
#include "trackers/mlflow_registry.h"
#include "trackers/mlflow_server.h"

static char folder[] = "/tmp/matinee-registry-XXXXXX";
static struct arena arena;
static struct error error;
static struct {
    int listener, downloads;
    const char *place; /* what a version says of where it lies */
    size_t cut;        /* so many bytes of the file are not sent */
    pthread_t thread;
} server;
static const char *address;

/* What is asked for, and what is answered; the first row that a request begins with. */
static const struct {
    const char *request;
    int code;
    const char *body;
} answers[] = {
    {"GET /api/2.0/mlflow/model-versions/get?name=evening&version=3", 200,
     "{\"model_version\": {\"version\": \"3\", \"creation_timestamp\": 7}}"},
    {"GET /api/2.0/mlflow/model-versions/get?name=two%20words&version=1", 200,
     "{\"model_version\": {\"version\": \"1\", \"creation_timestamp\": 8}}"},
    {"GET /api/2.0/mlflow/model-versions/get-download-uri", 200, NULL},
    {"GET /api/2.0/mlflow/registered-models/alias?name=evening&alias=best", 200,
     "{\"model_version\": {\"version\": \"3\"}}"},
    {"POST /api/2.0/mlflow/registered-models/get-latest-versions", 200,
     "{\"model_versions\": [{\"version\": \"2\"}, {\"version\": \"3\"}]}"},
    {"GET /api/2.0/mlflow-artifacts/artifacts?path=1%2Fa%2Fmodel", 200,
     "{\"files\": [{\"path\": \"notes.txt\"}, {\"path\": \"x.safetensors\", \"is_dir\": true},"
     " {\"path\": \"gmf one.safetensors\", \"file_size\": 11}]}"},
    {"GET /api/2.0/mlflow-artifacts/artifacts?path=1%2Fempty", 200,
     "{\"files\": [{\"path\": \"MLmodel\"}]}"},
    {"GET /api/2.0/mlflow-artifacts/artifacts/1/a/model/gmf%20one.safetensors", 200, "model bytes"},
};

static void answer(int client) {
    char request[4096] = "", place[300], head[160];
    size_t used = 0;
    while (used + 1 < sizeof request && !strstr(request, "\r\n\r\n")) {
        ssize_t got = read(client, request + used, sizeof request - 1 - used);
        if (got <= 0)
            return;
        used += (size_t)got;
    }
    int code = 404;
    const char *body = "{\"error_code\": \"RESOURCE_DOES_NOT_EXIST\", \"message\": \"no such\"}";
    for (size_t i = 0; i < sizeof answers / sizeof *answers && code == 404; i++)
        if (strncmp(request, answers[i].request, strlen(answers[i].request)) == 0) {
            code = answers[i].code;
            body = answers[i].body;
        }
    if (!body) {
        snprintf(place, sizeof place, "{\"artifact_uri\": \"%s\"}", server.place);
        body = place;
    }
    size_t size = strlen(body);
    int length =
        snprintf(head, sizeof head,
                 "HTTP/1.1 %d X\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n", code, size);
    if (strcmp(body, "model bytes") == 0) {
        server.downloads++;
        size -= server.cut;
    }
    if (write(client, head, (size_t)length) != length || write(client, body, size) < 0)
        return;
}

static void *serve(void *unused) {
    (void)unused;
    int client;
    while ((client = accept(server.listener, NULL, NULL)) >= 0) {
        answer(client);
        shutdown(client, SHUT_WR);
        char rest[512]; /* a body that was not read would reset the connection */
        while (read(client, rest, sizeof rest) > 0)
            ;
        close(client);
    }
    return NULL;
}

static int start(void **state) {
    (void)state;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    signal(SIGPIPE, SIG_IGN);
    unsetenv("http_proxy");
    unsetenv("all_proxy");
    unsetenv("MLFLOW_TRACKING_URI");
    server.listener = socket(AF_INET, SOCK_STREAM, 0);
    if (!mkdtemp(folder) || bind(server.listener, (struct sockaddr *)&at, sizeof at) != 0 ||
        listen(server.listener, 8) != 0 ||
        getsockname(server.listener, (struct sockaddr *)&at, &size) != 0)
        return -1;
    address = arena_format(&arena, "http://127.0.0.1:%u/", ntohs(at.sin_port));
    return pthread_create(&server.thread, NULL, serve, NULL);
}

static int stop(void **state) {
    (void)state;
    shutdown(server.listener, SHUT_RDWR);
    close(server.listener);
    pthread_join(server.thread, NULL);
    enum status status = files_remove_folder(folder, &error);
    arena_release(&arena);
    return status == STATUS_OK ? 0 : -1;
}

static int proxied(void **state) {
    (void)state;
    server.place = "mlflow-artifacts:/1/a/model";
    server.cut = 0;
    server.downloads = 0;
    return 0;
}

static enum status fetch(const char *name, const char *from, const char **path) {
    const struct mlflow_registry_request request = {.name = name, .server = from, .folder = folder};
    *path = NULL;
    return mlflow_registry_fetch(&request, &arena, path, &error);
}

static void check_bytes(const char *path) {
    char *bytes;
    size_t size;
    assert_int_equal(files_read(path, 100, &arena, &bytes, &size, &error), STATUS_OK);
    assert_string_equal(bytes, "model bytes");
}

static void a_version_is_downloaded_once(void **state) {
    (void)state;
    static const char *const names[] = {"models:/evening/3", "models:/evening/latest",
                                        "models:/evening@best", "models:/evening/Production"};
    const char *path, *first = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (fetch(names[i], address, &path) != STATUS_OK)
            fail_msg("%s: %s", names[i], error.text);
        first = first ? first : path;
        assert_string_equal(path, first);
        check_bytes(path);
    }
    assert_int_equal(server.downloads, 1);
    assert_string_equal(files_base_name(&arena, first), "gmf one.safetensors");
    assert_int_equal(fetch("models:/two words/1", address, &path), STATUS_OK);
    assert_string_not_equal(path, first);
    assert_int_equal(server.downloads, 2);
}

static void a_broken_download_leaves_nothing(void **state) {
    (void)state;
    const char *path;
    server.place = "mlflow-artifacts:/1/a/model/";
    server.cut = 4;
    assert_int_equal(fetch("models:/evening/3", address, &path), STATUS_IO);
    server.cut = 0;
    assert_int_equal(fetch("models:/evening/3", address, &path), STATUS_OK);
    check_bytes(path);
    assert_int_equal(server.downloads, 2);
}

static void what_lies_on_a_disk_is_taken_there(void **state) {
    (void)state;
    const char *path, *place = files_join(&arena, folder, "disk");
    assert_int_equal(files_make_folder(place, &error), STATUS_OK);
    const char *file = files_join(&arena, place, "a.safetensors");
    assert_int_equal(files_write(file, "model bytes", 11, &error), STATUS_OK);
    server.place = place;
    assert_int_equal(fetch("models:/evening/3", address, &path), STATUS_OK);
    assert_string_equal(path, file);
    server.place = arena_format(&arena, "file://%s", place);
    assert_int_equal(fetch("models:/evening/3", address, &path), STATUS_OK);
    assert_string_equal(path, file);
    server.place = "s3://bucket/model";
    assert_int_equal(fetch("models:/evening/3", address, &path), STATUS_IO);
    assert_non_null(strstr(error.text, "s3://bucket"));
}

static void refusals_say_what_is_wrong(void **state) {
    (void)state;
    static const char *const bad[] = {"models:/", "models:/evening", "models:/evening/",
                                      "models:/evening/3/4", "models://3"};
    const char *path;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_true(mlflow_registry_names(bad[i]));
        assert_int_equal(fetch(bad[i], address, &path), STATUS_BAD_USAGE);
    }
    assert_false(mlflow_registry_names("models/evening.safetensors"));
    assert_int_equal(fetch("models:/evening/3", "", &path), STATUS_BAD_USAGE);
    assert_non_null(strstr(error.text, "MLFLOW_TRACKING_URI"));
    assert_int_equal(fetch("models:/evening/3", "http://127.0.0.1:9", &path), STATUS_IO);
    assert_non_null(strstr(error.text, "models:/evening/3: http://127.0.0.1:9/"));
    assert_int_equal(fetch("models:/evening/4", address, &path), STATUS_NOT_FOUND);
    assert_non_null(strstr(error.text, "no such model"));
    assert_int_equal(fetch("models:/evening@worst", address, &path), STATUS_NOT_FOUND);
    server.place = "mlflow-artifacts:/1/empty";
    assert_int_equal(fetch("models:/evening/3", address, &path), STATUS_NOT_FOUND);
    assert_non_null(strstr(error.text, "expected one model file"));
}

static void addresses(void **state) {
    (void)state;
    assert_null(mlflow_server_address("", &arena));
    assert_string_equal(mlflow_server_address("http://a//", &arena), "http://a");
    assert_true(mlflow_server_is_remote("https://a"));
    assert_false(mlflow_server_is_remote("./mlruns"));
    assert_string_equal(mlflow_server_artifact("mlflow-artifacts:/1/a"), "1/a");
    assert_string_equal(mlflow_server_artifact("mlflow-artifacts://host:5000/1/a"), "1/a");
    assert_null(mlflow_server_artifact("/1/a"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_version_is_downloaded_once, proxied),
        cmocka_unit_test_setup(a_broken_download_leaves_nothing, proxied),
        cmocka_unit_test_setup(what_lies_on_a_disk_is_taken_there, proxied),
        cmocka_unit_test_setup(refusals_say_what_is_wrong, proxied),
        cmocka_unit_test(addresses),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

/* health.c: `matinee health`: whether a server answers, for container health checks and scripts
 * that have no curl. Checked by tests/cli/keys.t. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/fetch.h"
#include "cli/command.h"

#define ANSWER_BYTES_MAX 65536

static enum status run(const struct arguments *arguments, struct error *error) {
    const char *given = command_operand(arguments, 0);
    const char *url = given ? given : "http://127.0.0.1:8080";
    const size_t length = strlen(url);
    const char *slash = length > 0 && url[length - 1] == '/' ? "" : "/";
    char *text = arena_alloc(arguments->arena, ANSWER_BYTES_MAX + 1);
    struct error why;
    if (fetch_text(arena_format(arguments->arena, "%s%sapi/health", url, slash), text,
                   ANSWER_BYTES_MAX, &why) != STATUS_OK)
        return error_set(error, STATUS_IO, "no server answers at %.200s: %.*s", url,
                         (int)strcspn(why.text, ";"), why.text);
    json_t *answer = json_loads(text, 0, NULL);
    const char *status = json_string_value(json_object_get(answer, "status"));
    const bool is_healthy = status && strcmp(status, "healthy") == 0;
    json_decref(answer);
    if (!is_healthy)
        return error_set(error, STATUS_IO, "%s answers, but does not say that it is well: %.100s",
                         url, text);
    puts("healthy");
    return STATUS_OK;
}

static const struct command_operand operands[] = {
    {"URL", "where it answers; http://127.0.0.1:8080", WORD_NONE, NULL},
    {NULL, NULL, WORD_NONE, NULL},
};

static const struct command_example examples[] = {
    {"matinee health http://127.0.0.1:9000", "0 if it is well, 1 if not."},
    {NULL, NULL},
};

const struct command health_command = {
    .name = "health",
    .summary = "whether a server answers",
    .usage = "[URL]",
    .about = "Asks /api/health and prints \"healthy\"; ends with 1 if nobody answers or says so.",
    .operands = operands,
    .examples = examples,
    .run = run,
};

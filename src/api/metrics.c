/* metrics.c: GET /metrics: what the program counts, in Prometheus' text format, with the process's
 * own figures and those of the served models.
 *
 * Source   Prometheus' client guidelines for the names process_*; proc(5).
 * Checked  tests/api/test_api_gate.c. */
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "api/api_internal.h"
#include "base/buffer.h"
#include "base/counter.h"
#include "base/wall_clock.h"

/* The first two numbers of /proc/self/statm are pages: all, and in memory. */
static void add_process(struct buffer *to) {
    struct rusage usage;
    unsigned long pages[2] = {0, 0};
    FILE *file = fopen("/proc/self/statm", "re");
    if (file) {
        if (fscanf(file, "%lu %lu", &pages[0], &pages[1]) != 2)
            pages[1] = 0;
        fclose(file);
    }
    getrusage(RUSAGE_SELF, &usage);
    const double cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    buffer_format(to,
                  "# HELP process_resident_memory_bytes memory held\n"
                  "# TYPE process_resident_memory_bytes gauge\n"
                  "process_resident_memory_bytes %.0f\n"
                  "# HELP process_cpu_seconds_total processor time\n"
                  "# TYPE process_cpu_seconds_total counter\n"
                  "process_cpu_seconds_total %.3f\n",
                  (double)pages[1] * (double)sysconf(_SC_PAGESIZE), cpu);
}

/* A label's value: quotes and backslashes escaped. */
static void add_label(struct buffer *to, const char *text) {
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            buffer_bytes(to, "\\", 1);
        buffer_bytes(to, *text == '\n' ? " " : text, 1);
    }
}

static void add_models(struct buffer *to, struct service *service, struct arena *arena) {
    struct service_model *models;
    const size_t count = service_models(service, &models, arena);
    buffer_format(to,
                  "# HELP matinee_models models served\n# TYPE matinee_models gauge\n"
                  "matinee_models %zu\n"
                  "# HELP matinee_model_info which models are served\n"
                  "# TYPE matinee_model_info gauge\n",
                  count);
    for (size_t i = 0; i < count; i++) {
        buffer_text(to, "matinee_model_info{model=\"");
        add_label(to, models[i].name);
        buffer_text(to, "\",family=\"");
        add_label(to, models[i].family);
        buffer_format(to, "\",default=\"%s\"} 1\n", models[i].is_default ? "true" : "false");
    }
    const double now = wall_clock_seconds();
    buffer_text(to, "# HELP matinee_model_age_seconds since it was read\n"
                    "# TYPE matinee_model_age_seconds gauge\n");
    for (size_t i = 0; i < count; i++) {
        buffer_text(to, "matinee_model_age_seconds{model=\"");
        add_label(to, models[i].name);
        buffer_format(to, "\"} %.0f\n", now - models[i].since);
    }
}

void metrics_get(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct buffer text;
    buffer_init(&text, request->arena);
    buffer_text(&text, "# HELP matinee_build_info this program\n# TYPE matinee_build_info gauge\n"
                       "matinee_build_info{version=\"" MATINEE_VERSION "\"} 1\n");
    add_process(&text);
    add_models(&text, api->service, request->arena);
    counter_print(&text);
    response_text(response, "text/plain; version=0.0.4; charset=utf-8", text.bytes);
    response_set_header(response, "Cache-Control", "no-store");
}

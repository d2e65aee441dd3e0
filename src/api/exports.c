/* exports.c: GET /api/admin/export, everything that people did, as lines of JSON or a table; POST
 * /api/admin/backup, a copy of the store as an SQLite file. Both are sent while they are read from
 * a file without a name. Checked by tests/api/test_api_imports.c. */
#include <string.h>

#include "api/writing.h"
#include "service/service_export.h"

#define PIECE_BYTES 16384

static enum stream_state next(void *context, struct buffer *piece) {
    char bytes[PIECE_BYTES];
    const long got = service_export_read(context, bytes, sizeof bytes);
    if (got > 0)
        buffer_bytes(piece, bytes, (size_t)got);
    return got > 0 ? STREAM_MORE : got == 0 ? STREAM_WAIT : got == -1 ? STREAM_END : STREAM_FAIL;
}

static void end(void *context) { service_export_close(context); }

static void send(struct service_export *export, const char *type, const char *name,
                 const struct request *request, struct response *response) {
    response_set_header(response, "Content-Disposition",
                        arena_format(request->arena, "attachment; filename=\"matinee-%s\"", name));
    response_set_header(response, "Cache-Control", "no-store");
    response_stream(response, request, type, &(struct stream_source){next, end, export});
}

const struct route_parameter exports_parameters[] = {
    {"what", "text", "all", "the part", 0, 0, 0, "all|people|ratings|events|items|library|erased"},
    {"format", "text", "jsonl", "lines of JSON, or a table of one part", 0, 0, 0, "jsonl|csv"},
    PARAMETERS_END,
};

void exports_get(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct parameters parameters = parameters_of_query(request);
    const char *what = parameters_string(&parameters, "what");
    const char *format = parameters_string(&parameters, "format");
    const bool is_table = format && strcmp(format, "csv") == 0;
    struct service_export *export;
    struct error error;
    what = what ? what : "all";
    if (format && !is_table && strcmp(format, "jsonl") != 0)
        parameters_refuse(&parameters, "format", "enum", "Input should be jsonl or csv", format);
    if (parameters_failed(&parameters, response))
        return;
    if (service_export_open(&export, api->service, what, is_table, &error) != STATUS_OK) {
        problem_error(response, request, &error);
        return;
    }
    send(export, is_table ? "text/csv" : "application/x-ndjson",
         arena_format(request->arena, "%s.%s", what, is_table ? "csv" : "jsonl"), request,
         response);
}

void exports_backup(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct service_export *export;
    struct error error;
    if (service_export_backup(&export, api->service, &error) != STATUS_OK)
        problem_error(response, request, &error);
    else
        send(export, "application/vnd.sqlite3", "backup.db", request, response);
}

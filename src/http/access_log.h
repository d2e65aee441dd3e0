/* access_log.h: one line for each request, on a descriptor, as text or JSON.
 *
 *   2026-11-26T11:07:16.123Z info GET /api/recommend?user_id=1 200 1843 0.42ms id=5f... key=page
 * model=als
 *
 * What people type (q, query, text) and secrets (key, token, password) are masked; addresses are
 * not written. */
#ifndef MATINEE_HTTP_ACCESS_LOG_H
#define MATINEE_HTTP_ACCESS_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "http/request.h"
#include "http/response.h"

enum access_level { ACCESS_ERROR, ACCESS_WARNING, ACCESS_INFO }; /* 5xx; 4xx too; all */

struct access_cost {
    double when; /* it ended, in seconds since 1970 */
    double seconds;
    size_t bytes; /* of the body */
};

struct access_log;

struct access_log *access_log_create(int descriptor, enum access_level level, bool is_json);
/* Writes what there is. NULL is fine. */
void access_log_destroy(struct access_log *log);
/* Never waits for the descriptor: when whoever reads it is too slow, lines are left out, and the
 * next one says how many. */
void access_log_note(struct access_log *log, const struct request *request,
                     const struct response *response, const struct access_cost *cost);

/* One line with its end, as access_log_note writes it. */
void access_log_line(struct buffer *line, bool is_json, const struct request *request,
                     const struct response *response, const struct access_cost *cost);

#endif

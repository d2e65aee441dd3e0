/* later.h: an answer that waits for something, and lets the thread that made it serve others
 * meanwhile.
 *
 *     later_begin(request->later, finish, job);      in the handler, before the work is handed on
 *     hand_on(job);                                  and the handler returns
 *     later_done(request->later);                    once, by whichever thread has done the work
 *
 * `finish` is then called by a thread of the server, once, and may change what the handler has
 * answered; also when the client has gone. Until then whoever works must touch neither the response
 * nor the request's arena, which are the server's.
 * The request, its arena and the response live until the answer is sent. */
#ifndef MATINEE_HTTP_LATER_H
#define MATINEE_HTTP_LATER_H

#include <stdatomic.h>
#include <stdbool.h>

#include "http/request.h"
#include "http/response.h"

enum later_state { LATER_NEVER, LATER_WAITED_FOR, LATER_ASLEEP, LATER_DONE };

typedef void later_finish(void *context, const struct request *request, struct response *response);

struct later {
    atomic_int state;
    bool may_take_long; /* set before later_begin: the time of a request does not count */
    const atomic_bool *is_stopping; /* the server's: what takes long should end */
    later_finish *finish;
    void *context;
    void (*wake)(void *connection);
    void *connection;
};

void later_begin(struct later *later, later_finish *finish, void *context);
void later_done(struct later *later);
/* By the server, when the connection sleeps: false if the work is done already. */
bool later_sleep(struct later *later);

#endif

/* deadlines.h: closes connections whose request takes too long in all.
 *
 * libmicrohttpd's own timeout is about silence: a client that sends a byte a second never meets it.
 * Here each connection has an instant by which its present request must be done; a thread looks at
 * them a few times a second and shuts the sockets of those that are late. The same thread wakes
 * those that wait for something to send. */
#ifndef MATINEE_HTTP_DEADLINES_H
#define MATINEE_HTTP_DEADLINES_H

struct deadlines;
struct deadline; /* of one connection */

/* `wake` is told of every sleeper of deadlines_sleep within half a second. */
struct deadlines *deadlines_create(void (*wake)(void *sleeper));
void deadlines_destroy(struct deadlines *deadlines); /* after the last deadlines_remove */

/* A connection that must have done something by `seconds` from now. */
struct deadline *deadlines_add(struct deadlines *deadlines, int descriptor, unsigned seconds);
/* The same connection, a new instant. */
void deadlines_move(struct deadlines *deadlines, struct deadline *deadline, unsigned seconds);
/* The connection waits for something to send: `wake(sleeper)` is called soon, and until it is back
 * the entry is not removed. Meanwhile it is not late. */
void deadlines_sleep(struct deadlines *deadlines, struct deadline *deadline, void *sleeper);
/* Before its socket is closed. */
void deadlines_remove(struct deadlines *deadlines, struct deadline *deadline);

#endif

/* deadlines.h: closes connections whose request takes too long in all.
 *
 * libmicrohttpd's own timeout is about silence: a client that sends a byte a second never meets it.
 * Here each connection has an instant by which its present request must be done; a thread looks at
 * them a few times a second and shuts the sockets of those that are late. */
#ifndef MATINEE_HTTP_DEADLINES_H
#define MATINEE_HTTP_DEADLINES_H

struct deadlines;
struct deadline; /* of one connection */

struct deadlines *deadlines_create(void);
void deadlines_destroy(struct deadlines *deadlines); /* after the last deadlines_remove */

/* A connection that must have done something by `seconds` from now. */
struct deadline *deadlines_add(struct deadlines *deadlines, int descriptor, unsigned seconds);
/* The same connection, a new instant. */
void deadlines_move(struct deadlines *deadlines, struct deadline *deadline, unsigned seconds);
/* Before its socket is closed. */
void deadlines_remove(struct deadlines *deadlines, struct deadline *deadline);

#endif

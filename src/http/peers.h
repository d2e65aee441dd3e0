/* peers.h: how many connections each address has, and whether it may have one more.
 *
 * An address is all 32 bits of IPv4 and the network's 64 of IPv6, since a line at home is given
 * that many. The loopback address has no limit: what comes from there is this machine's own, or a
 * proxy that stands for many. */
#ifndef MATINEE_HTTP_PEERS_H
#define MATINEE_HTTP_PEERS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct peers;

/* `limit` 0: none. `seed`: random bits, so that nobody can choose whom he is confused with. */
struct peers *peers_create(unsigned limit, uint64_t seed);
void peers_destroy(struct peers *peers); /* NULL is fine */
/* Whether one more connection may come; counts nothing. */
bool peers_may_enter(const struct peers *peers, const struct sockaddr *address);
/* A connection has begun; has ended. Any thread. */
void peers_enter(struct peers *peers, const struct sockaddr *address);
void peers_leave(struct peers *peers, const struct sockaddr *address);

/* Stands for the address, for those who count by it: never 0. */
uint64_t peers_hash(const struct sockaddr *address);
/* The same of the last address of a list, "203.0.113.7, 2001:db8::1", which is the one that the
 * proxy before this server has seen; 0: there is none. */
uint64_t peers_hash_forwarded(const char *list);

#endif

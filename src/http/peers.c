/* peers.c: see peers.h.
 *
 * Idea     A counter for each of SLOTS places, and an address counts at the place that its hash
 *          names: no lock, no memory that a stranger makes grow.
 * Traps    Two addresses may share a place, and then share the limit; with a thousand connections
 *          that is one chance in 65 for an address, harmless unless the other one is at the
 *          limit. Threads that ask at one moment may let in one more each than the limit says.
 * Checked  tests/http/test_http_peers.c, test_http_server.c. */
#include "http/peers.h"

#include <netinet/in.h>
#include <stdatomic.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"

#define SLOTS 65536

struct peers {
    uint64_t seed;
    unsigned limit;
    atomic_uint counts[SLOTS];
};

/* 127.0.0.0/8 and ::1, also as IPv6 writes IPv4. */
static bool is_loopback(const struct sockaddr *address) {
    if (address->sa_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr) >> 24 == 127;
    if (address->sa_family != AF_INET6)
        return true; /* a socket of this machine */
    const struct in6_addr *six = &((const struct sockaddr_in6 *)address)->sin6_addr;
    return IN6_IS_ADDR_LOOPBACK(six) || (IN6_IS_ADDR_V4MAPPED(six) && six->s6_addr[12] == 127);
}

static uint64_t bits_of(const struct sockaddr *address) {
    uint64_t bits = 0;
    if (address && address->sa_family == AF_INET) {
        memcpy(&bits, &((const struct sockaddr_in *)address)->sin_addr, 4);
    } else if (address && address->sa_family == AF_INET6) {
        const struct in6_addr *six = &((const struct sockaddr_in6 *)address)->sin6_addr;
        if (IN6_IS_ADDR_V4MAPPED(six))
            memcpy(&bits, six->s6_addr + 12, 4);
        else
            memcpy(&bits, six, sizeof bits);
    }
    return bits;
}

uint64_t peers_hash(const struct sockaddr *address) {
    const uint64_t hash = rng_mix(bits_of(address) + 1);
    return hash ? hash : 1;
}

struct peers *peers_create(unsigned limit, uint64_t seed) {
    struct peers *peers = alloc_zeroed(1, sizeof *peers);
    peers->limit = limit;
    peers->seed = seed;
    return peers;
}

void peers_destroy(struct peers *peers) { alloc_free(peers); }

static size_t slot_of(const struct peers *peers, const struct sockaddr *address) {
    return rng_mix(bits_of(address) ^ peers->seed) % SLOTS;
}

bool peers_may_enter(const struct peers *peers, const struct sockaddr *address) {
    return peers->limit == 0 || is_loopback(address) ||
           atomic_load(&peers->counts[slot_of(peers, address)]) < peers->limit;
}

void peers_enter(struct peers *peers, const struct sockaddr *address) {
    if (!is_loopback(address))
        atomic_fetch_add(&peers->counts[slot_of(peers, address)], 1);
}

void peers_leave(struct peers *peers, const struct sockaddr *address) {
    if (!is_loopback(address))
        atomic_fetch_sub(&peers->counts[slot_of(peers, address)], 1);
}

/* peers.c: see peers.h.
 *
 * Idea     A counter for each of SLOTS places, and an address counts at the place that its hash
 *          names: no lock, no memory that a stranger makes grow.
 * Traps    Two addresses may share a place, and then share the limit; with a thousand connections
 *          that is one chance in 65 for an address, harmless unless the other one is at the
 *          limit. Threads that ask at one moment may let in one more each than the limit says.
 * Checked  tests/http/test_http_peers.c, test_http_server.c. */
#include "http/peers.h"

#include <arpa/inet.h>
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

static uint64_t bits_of_four(const void *address) {
    uint32_t bits;
    memcpy(&bits, address, sizeof bits);
    return bits;
}

static uint64_t bits_of_six(const struct in6_addr *address) {
    uint64_t bits;
    if (IN6_IS_ADDR_V4MAPPED(address))
        return bits_of_four(address->s6_addr + 12);
    memcpy(&bits, address, sizeof bits);
    return bits;
}

static uint64_t bits_of(const struct sockaddr *address) {
    if (address && address->sa_family == AF_INET)
        return bits_of_four(&((const struct sockaddr_in *)address)->sin_addr);
    if (address && address->sa_family == AF_INET6)
        return bits_of_six(&((const struct sockaddr_in6 *)address)->sin6_addr);
    return 0;
}

static uint64_t hash_of(uint64_t bits) {
    const uint64_t hash = rng_mix(bits + 1);
    return hash ? hash : 1;
}

uint64_t peers_hash(const struct sockaddr *address) { return hash_of(bits_of(address)); }

uint64_t peers_hash_forwarded(const char *list) {
    const char *comma = strrchr(list, ',');
    const char *start = comma ? comma + 1 : list;
    char text[INET6_ADDRSTRLEN];
    struct in_addr four;
    struct in6_addr six;
    start += strspn(start, " \t[");
    const size_t length = strcspn(start, " \t]");
    if (length >= sizeof text)
        return 0;
    memcpy(text, start, length);
    text[length] = '\0';
    if (inet_pton(AF_INET, text, &four) == 1)
        return hash_of(bits_of_four(&four));
    return inet_pton(AF_INET6, text, &six) == 1 ? hash_of(bits_of_six(&six)) : 0;
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

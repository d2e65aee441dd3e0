/* test_http_peers.c: how many connections an address may have. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "http/peers.h"

struct place {
    struct sockaddr_storage storage;
};

static const struct sockaddr *at(struct place *place, const char *text) {
    memset(place, 0, sizeof *place);
    struct sockaddr_in *four = (struct sockaddr_in *)&place->storage;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)&place->storage;
    if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
    } else {
        assert_int_equal(inet_pton(AF_INET6, text, &six->sin6_addr), 1);
        six->sin6_family = AF_INET6;
    }
    return (const struct sockaddr *)&place->storage;
}

static void each_address_has_its_own(void **state) {
    (void)state;
    struct peers *peers = peers_create(2, 12345);
    struct place a, b;
    at(&a, "192.0.2.1");
    at(&b, "192.0.2.2");
    const struct sockaddr *one = (const struct sockaddr *)&a, *other = (const struct sockaddr *)&b;
    peers_enter(peers, one);
    assert_true(peers_may_enter(peers, one));
    peers_enter(peers, one);
    assert_false(peers_may_enter(peers, one));
    assert_true(peers_may_enter(peers, other));
    peers_leave(peers, one);
    assert_true(peers_may_enter(peers, one));
    peers_destroy(peers);
}

static void a_network_is_one_and_this_machine_none(void **state) {
    (void)state;
    struct peers *peers = peers_create(1, 99);
    struct place place;
    peers_enter(peers, at(&place, "2001:db8:1:2::1"));
    assert_false(peers_may_enter(peers, at(&place, "2001:db8:1:2:ffff::7")));
    assert_true(peers_may_enter(peers, at(&place, "2001:db8:1:3::1")));
    peers_enter(peers, at(&place, "192.0.2.9"));
    assert_false(peers_may_enter(peers, at(&place, "::ffff:192.0.2.9")));
    static const char *const own[] = {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"};
    for (size_t i = 0; i < 4; i++) {
        peers_enter(peers, at(&place, own[i]));
        assert_true(peers_may_enter(peers, at(&place, own[i])));
    }
    peers_destroy(peers);
    struct peers *open = peers_create(0, 1);
    peers_enter(open, at(&place, "192.0.2.9"));
    assert_true(peers_may_enter(open, at(&place, "192.0.2.9")));
    peers_destroy(open);
}

static void the_last_of_a_list_counts(void **state) {
    (void)state;
    struct place place;
    assert_int_equal(peers_hash_forwarded("192.0.2.1"), peers_hash(at(&place, "192.0.2.1")));
    assert_int_equal(peers_hash_forwarded("6.6.6.6, 192.0.2.1 "),
                     peers_hash(at(&place, "192.0.2.1")));
    assert_int_equal(peers_hash_forwarded("a,[2001:db8::1]"),
                     peers_hash(at(&place, "2001:db8::1")));
    static const char *const none[] = {
        "",           ",",     "unknown",
        "192.0.2.1,", "1.2.3", "192.0.2.1, 2001:db8:0000:0000:0000:0000:0000:0000:0000:1"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_int_equal(peers_hash_forwarded(none[i]), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_address_has_its_own),
        cmocka_unit_test(a_network_is_one_and_this_machine_none),
        cmocka_unit_test(the_last_of_a_list_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

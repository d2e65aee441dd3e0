/* test_http_encoding.c: compressed answers come back as they were, ETags spare bodies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

#include <cmocka.h>

#include "http/encoding.h"

static struct arena arena;
static const char *accepted, *known;

static const char *header_of(const void *connection, const char *name) {
    (void)connection;
    if (strcasecmp(name, "Accept-Encoding") == 0)
        return accepted;
    return strcasecmp(name, "If-None-Match") == 0 ? known : NULL;
}

static const struct request request = {.arena = &arena, .header = header_of};

static const char *long_text(void) {
    struct buffer text;
    buffer_init(&text, &arena);
    for (int i = 0; i < 1000; i++)
        buffer_format(&text, "{\"item_id\": %d}, ", i);
    return text.bytes;
}

static void gzip_comes_back(void **state) {
    (void)state;
    struct response response = {0};
    const char *text = long_text();
    accepted = "deflate, gzip;q=0.8";
    response_text(&response, "application/json", text);
    encoding_compress(&response, &request);
    assert_string_equal(response_get_header(&response, "Content-Encoding"), "gzip");
    assert_string_equal(response_get_header(&response, "Vary"), "Accept-Encoding");
    assert_true(response.body_size < strlen(text) / 2);
    static char back[100000];
    z_stream stream = {.next_in = (unsigned char *)(uintptr_t)response.body,
                       .avail_in = (unsigned)response.body_size,
                       .next_out = (unsigned char *)back,
                       .avail_out = sizeof back};
    assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    inflateEnd(&stream);
    assert_int_equal(stream.total_out, strlen(text));
    assert_memory_equal(back, text, strlen(text));
}

static void left_as_it_is(void **state) {
    (void)state;
    struct response shortest = {0}, refused = {0}, binary = {0}, done = {0};
    accepted = "gzip, br";
    response_text(&shortest, "application/json", "[]");
    encoding_compress(&shortest, &request);
    assert_null(response_get_header(&shortest, "Content-Encoding"));
    response_text(&binary, "image/png", long_text());
    encoding_compress(&binary, &request);
    assert_null(response_get_header(&binary, "Content-Encoding"));
    response_text(&done, "text/html", long_text());
    response_set_header(&done, "Content-Encoding", "br");
    encoding_compress(&done, &request);
    assert_int_equal(done.body_size, strlen(long_text()));
    accepted = "gzip;q=0, br;q=0.0, identity";
    response_text(&refused, "application/json", long_text());
    encoding_compress(&refused, &request);
    assert_null(response_get_header(&refused, "Content-Encoding"));
}

static void accepts(void **state) {
    (void)state;
    assert_true(encoding_accepts("gzip, deflate, br", "br"));
    assert_true(encoding_accepts("BR;q=0.1", "br"));
    assert_false(encoding_accepts("bro", "br"));
    assert_false(encoding_accepts("br; q=0", "br"));
    assert_false(encoding_accepts(NULL, "br"));
}

static void etags(void **state) {
    (void)state;
    struct response first = {0}, again = {0}, other = {0}, changing = {0};
    known = NULL;
    response_text(&first, "application/json", "[1,2,3]");
    response_stable(&first);
    encoding_revalidate(&first, &request);
    const char *tag = response_get_header(&first, "ETag");
    assert_memory_equal(tag, "W/\"", 3);
    known = arena_format(&arena, "\"x\", %s", tag);
    response_text(&again, "application/json", "[1,2,3]");
    response_stable(&again);
    encoding_revalidate(&again, &request);
    assert_int_equal(again.status, 304);
    response_text(&other, "application/json", "[1,2,4]");
    response_stable(&other);
    encoding_revalidate(&other, &request);
    assert_int_equal(other.status, 0);
    response_text(&changing, "application/json", "[1,2,3]");
    encoding_revalidate(&changing, &request);
    assert_null(response_get_header(&changing, "ETag"));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(gzip_comes_back),
                                       cmocka_unit_test(left_as_it_is), cmocka_unit_test(accepts),
                                       cmocka_unit_test(etags)};
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_release(&arena);
    return failed;
}

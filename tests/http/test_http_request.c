/* test_http_request.c: targets taken apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "http/request.h"

static struct arena arena;

static struct request parsed(const char *target) {
    struct request request = {.arena = &arena};
    struct error error;
    assert_int_equal(request_parse_target(&request, target, &error), STATUS_OK);
    return request;
}

static void assert_refused(const char *target, const char *text) {
    struct request request = {.arena = &arena};
    struct error error;
    assert_int_equal(request_parse_target(&request, target, &error), STATUS_BAD_INPUT);
    assert_string_equal(error.text, text);
}

static void paths(void **state) {
    (void)state;
    assert_int_equal(parsed("/").segment_count, 0);
    struct request request = parsed("/api/movie/a%2Fb%20c+d");
    assert_int_equal(request.segment_count, 3);
    assert_string_equal(request.segments[0], "api");
    assert_string_equal(request.segments[2], "a/b c+d");
    assert_int_equal(parsed("/api/").segment_count, 1); /* a slash at the end is nothing */
    assert_int_equal(parsed("/api//x").segment_count, 3);
    assert_int_equal(parsed("*").segment_count, 0);
    request = parsed("http://host:80/users?x=1");
    assert_string_equal(request.segments[0], "users");
    assert_string_equal(request_value(&request, "x"), "1");
    assert_int_equal(parsed("http://host").segment_count, 0);
}

static void queries(void **state) {
    (void)state;
    struct request request = parsed("/?a=1&b=two+words&a=3&flag&&=x&u=%C3%A9#end");
    assert_int_equal(request.pair_count, 6);
    assert_string_equal(request_value(&request, "a"), "3");
    assert_string_equal(request.pairs[0].value, "1");
    assert_string_equal(request_value(&request, "b"), "two words");
    assert_string_equal(request_value(&request, "flag"), "");
    assert_string_equal(request_value(&request, ""), "x");
    assert_string_equal(request_value(&request, "u"), "\xc3\xa9");
    assert_null(request_value(&request, "missing"));
    assert_int_equal(parsed("/?").pair_count, 0);
}

static void what_is_refused(void **state) {
    (void)state;
    static const char percent[] = "the address has a '%' without two hexadecimal digits after it; "
                                  "write %25 for the character itself";
    static const char not_text[] = "the address is not UTF-8 text (or has a zero byte in it)";
    assert_refused("/a%", percent);
    assert_refused("/a%4", percent);
    assert_refused("/a%zz", percent);
    assert_refused("/?q=%g1", percent);
    assert_refused("/api/movie/1%00x", not_text);
    assert_refused("/%ff", not_text);
    assert_refused("/?q=%c0%af", not_text);
    assert_refused("api", "the address must begin with '/'");
    assert_refused("", "the address must begin with '/'");
    assert_refused("/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17",
                   "the address has more than 16 parts between slashes");
    char many[2100] = "/?";
    for (int i = 0; i < 1030; i++)
        memcpy(many + 2 + i, "&", 2);
    assert_refused(many, "the address has 1031 parameters, at most 400 are taken");
}

static void utf8(void **state) {
    (void)state;
    assert_true(request_is_text("", 0));
    assert_true(request_is_text("a\xc2\x80\xe0\xa0\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", 14));
    assert_false(request_is_text("\xc1\xbf", 2));         /* overlong */
    assert_false(request_is_text("\xe0\x9f\xbf", 3));     /* overlong */
    assert_false(request_is_text("\xed\xa0\x80", 3));     /* surrogate */
    assert_false(request_is_text("\xf4\x90\x80\x80", 4)); /* past the last point */
    assert_false(request_is_text("\xe2\x82", 2));         /* cut */
    assert_false(request_is_text("\x80", 1));
    assert_false(request_is_text("a\0b", 3));
}

static void methods(void **state) {
    (void)state;
    assert_int_equal(request_method("GET"), REQUEST_GET);
    assert_int_equal(request_method("OPTIONS"), REQUEST_OPTIONS);
    assert_int_equal(request_method("get"), REQUEST_OTHER);
    assert_int_equal(request_method("BREW"), REQUEST_OTHER);
}

static int release(void **state) {
    (void)state;
    arena_release(&arena);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths), cmocka_unit_test(queries), cmocka_unit_test(what_is_refused),
        cmocka_unit_test(utf8),  cmocka_unit_test(methods),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}

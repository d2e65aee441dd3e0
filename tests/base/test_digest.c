/* test_digest.c: SHA-256 and MD5 of the examples of FIPS 180-4 and RFC 1321, whole and in pieces.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/digest.h"
#include "base/files.h"

static void check(enum digest_kind kind, const char *text, size_t piece, const char *expected) {
    struct digest digest;
    uint8_t sum[DIGEST_SHA256_BYTES];
    char shown[DIGEST_TEXT_BYTES];
    digest_begin(&digest, kind);
    for (size_t at = 0; at < strlen(text); at += piece)
        digest_update(&digest, text + at, strlen(text) - at < piece ? strlen(text) - at : piece);
    digest_end(&digest, sum);
    digest_text(sum, kind == DIGEST_MD5 ? DIGEST_MD5_BYTES : DIGEST_SHA256_BYTES, shown);
    assert_string_equal(shown, expected);
}

static void test_examples(void **state) {
    (void)state;
    for (size_t piece = 1; piece < 60; piece += 7) {
        check(DIGEST_SHA256, "abc", piece,
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        check(DIGEST_SHA256, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", piece,
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
        check(DIGEST_MD5, "message digest", piece, "f96b697d7cb7938d525a2f31aaf161d0");
    }
    check(DIGEST_SHA256, "", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    check(DIGEST_MD5, "", 1, "d41d8cd98f00b204e9800998ecf8427e");
    uint8_t sum[DIGEST_SHA256_BYTES];
    digest_sha256("abc", 3, sum);
    assert_int_equal(sum[0], 0xba);
    struct digest none = {0};
    digest_end(&none, NULL);
}

static void test_file(void **state) {
    (void)state;
    struct error error;
    uint8_t sum[DIGEST_SHA256_BYTES], expected[DIGEST_SHA256_BYTES];
    static char bytes[600000];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 31);
    char path[] = "/tmp/matinee-digest-XXXXXX";
    close(mkstemp(path));
    assert_int_equal(files_write(path, bytes, sizeof bytes, &error), STATUS_OK);
    assert_int_equal(digest_file(path, DIGEST_SHA256, sum, &error), STATUS_OK);
    digest_sha256(bytes, sizeof bytes, expected);
    assert_memory_equal(sum, expected, sizeof sum);
    unlink(path);
    assert_int_equal(digest_file(path, DIGEST_SHA256, sum, &error), STATUS_NOT_FOUND);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_examples),
                                       cmocka_unit_test(test_file)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

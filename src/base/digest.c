/* digest.c: SHA-256 and MD5 through libcrypto's EVP interface. See digest.h.
 *
 * libcrypto fails here only when it has no memory left, which ends the process as everywhere. */
#include "base/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/assert.h"

#define BLOCK_BYTES ((size_t)256 << 10)

void digest_begin(struct digest *digest, enum digest_kind kind) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    ASSERT(context);
    ASSERT(EVP_DigestInit_ex(context, kind == DIGEST_MD5 ? EVP_md5() : EVP_sha256(), NULL) == 1);
    digest->context = context;
}

void digest_update(struct digest *digest, const void *bytes, size_t size) {
    if (size > 0)
        ASSERT(EVP_DigestUpdate(digest->context, bytes, size) == 1);
}

void digest_end(struct digest *digest, uint8_t *sum) {
    if (sum)
        ASSERT(EVP_DigestFinal_ex(digest->context, sum, NULL) == 1);
    EVP_MD_CTX_free(digest->context);
    digest->context = NULL;
}

void digest_sha256(const void *bytes, size_t size, uint8_t sum[DIGEST_SHA256_BYTES]) {
    struct digest digest;
    digest_begin(&digest, DIGEST_SHA256);
    digest_update(&digest, bytes, size);
    digest_end(&digest, sum);
}

enum status digest_file(const char *path, enum digest_kind kind, uint8_t *sum,
                        struct error *error) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return error_set(error, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO,
                         "cannot open %s: %s", path, strerror(errno));
    struct digest digest;
    digest_begin(&digest, kind);
    unsigned char *block = alloc_bytes(BLOCK_BYTES);
    ssize_t got;
    while ((got = read(descriptor, block, BLOCK_BYTES)) > 0 || (got < 0 && errno == EINTR))
        digest_update(&digest, block, got > 0 ? (size_t)got : 0);
    int read_error = errno;
    alloc_free(block);
    close(descriptor);
    digest_end(&digest, sum);
    if (got < 0)
        return error_set(error, STATUS_IO, "cannot read %s: %s", path, strerror(read_error));
    return STATUS_OK;
}

void digest_text(const uint8_t *sum, size_t size, char *text) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < size; i++) {
        text[2 * i] = digits[sum[i] >> 4];
        text[2 * i + 1] = digits[sum[i] & 15];
    }
    text[2 * size] = '\0';
}

void digest_base64(const uint8_t sum[DIGEST_SHA256_BYTES], char text[DIGEST_BASE64_BYTES]) {
    EVP_EncodeBlock((unsigned char *)text, sum, DIGEST_SHA256_BYTES);
}

/* page.c: GET / for a client that is no browser: one plain page that says what is served and links
 * to it. No script, nothing loaded from anywhere, readable on a telephone and at night.
 *
 * Idea     The list is made from routes.def; {user}, {item} and {genre} in its examples become the
 *          first person of the histories, the film that most people have, and its first genre, so
 *          that every link leads to an answer.
 * Traps    Titles and ids are outside text: they are escaped for HTML and for addresses.
 * Checked  tests/api/test_api.c. */
#include <string.h>

#include "api/api_internal.h"
#include "api/film.h"
#include "base/assert.h"
#include "base/digest.h"

static const char HEAD[] =
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<title>Matinee</title>\n<style>\n"
    ":root { color-scheme: light dark; --ink: #22252a; --soft: #6a6f78; --line: #e4e2dc;\n"
    "  --paper: #fbfaf7; --accent: #8a3b24; }\n"
    "@media (prefers-color-scheme: dark) { :root { --ink: #e8e6e1; --soft: #9a9da4;\n"
    "  --line: #33363c; --paper: #1b1d20; --accent: #e39b7f; } }\n"
    "body { background: var(--paper); color: var(--ink); margin: 0 auto; max-width: 46rem;\n"
    "  padding: 3rem 1.25rem 4rem; font: 1.0625rem/1.6 ui-serif, Georgia, serif; }\n"
    "h1 { font-size: 1.9rem; margin: 0; letter-spacing: -0.01em; }\n"
    "h2 { font-size: 1.1rem; margin: 2.5rem 0 0.5rem; }\n"
    "p { margin: 0.4rem 0 0; } .soft { color: var(--soft); }\n"
    "dl { margin: 0; } dt { border-top: 1px solid var(--line); padding: 0.7rem 0 0; }\n"
    "dd { margin: 0 0 0.7rem; color: var(--soft); }\n"
    "code { font: 0.92rem ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }\n"
    "a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 0.3em; }\n"
    "</style>\n</head>\n<body>\n<h1>Matinee</h1>\n";

/* A text that is put together piece by piece. */
struct page {
    struct arena *arena;
    char *text;
    size_t size, capacity;
};

static void add(struct page *page, const char *text) {
    const size_t length = strlen(text);
    if (page->size + length + 1 > page->capacity) {
        page->capacity = 2 * (page->size + length) + 8192;
        char *larger = arena_alloc_raw(page->arena, page->capacity);
        if (page->size > 0)
            memcpy(larger, page->text, page->size);
        page->text = larger;
    }
    memcpy(page->text + page->size, text, length + 1);
    page->size += length;
}

static void add_escaped(struct page *page, const char *text) {
    for (char one[2] = {0}; *text; text++) {
        one[0] = *text;
        add(page, *text == '<'   ? "&lt;"
                  : *text == '>' ? "&gt;"
                  : *text == '&' ? "&amp;"
                  : *text == '"' ? "&quot;"
                                 : one);
    }
}

const char *page_encode(struct arena *arena, struct text_slice text) {
    static const char digits[] = "0123456789ABCDEF";
    char *encoded = arena_alloc(arena, 3 * text.length + 1), *to = encoded;
    for (size_t i = 0; i < text.length; i++) {
        const unsigned char byte = (unsigned char)text.start[i];
        const unsigned char lower = byte | 0x20;
        if ((lower >= 'a' && lower <= 'z') || (byte >= '0' && byte <= '9') ||
            (byte && strchr("-._~", byte))) {
            *to++ = (char)byte;
            continue;
        }
        *to++ = '%';
        *to++ = digits[byte >> 4];
        *to++ = digits[byte & 15];
    }
    return encoded;
}

/* What the examples speak of. */
struct examples {
    const char *user, *item, *genre; /* percent-encoded; NULL: there is none */
};

static struct examples find_examples(const struct snapshot *snapshot, struct arena *arena) {
    const struct dataset *catalogue = service_catalogue(snapshot);
    const struct recommend_request most_popular = {.top_k = 1};
    struct recommend_answer found;
    struct error error;
    struct examples examples = {0};
    if (catalogue->users.count > 0)
        examples.user = page_encode(arena, id_map_name(&catalogue->users, 0));
    if (service_recommend(snapshot, &most_popular, arena, &found, &error) != STATUS_OK ||
        found.count == 0)
        return examples;
    const uint32_t item = found.list[0].item;
    const uint64_t genres = catalogue->movies[item].genres;
    examples.item = page_encode(arena, id_map_name(&catalogue->items, item));
    if (genres) {
        const char *name = film_genre(catalogue, (uint32_t)__builtin_ctzll(genres));
        examples.genre = page_encode(arena, (struct text_slice){name, strlen(name)});
    }
    return examples;
}

/* The example with its places filled, NULL if there is nothing to fill one with. */
static const char *fill(const char *example, const struct examples *with, struct arena *arena) {
    const char *filled = "";
    for (const char *at = example; *at;) {
        const size_t plain = strcspn(at, "{");
        filled = arena_format(arena, "%s%.*s", filled, (int)plain, at);
        at += plain;
        if (!*at)
            break;
        const char *value = at[1] == 'u' ? with->user : at[1] == 'i' ? with->item : with->genre;
        if (!value)
            return NULL;
        filled = arena_format(arena, "%s%s", filled, value);
        at += strcspn(at, "}") + 1;
    }
    return *filled ? filled : NULL;
}

static void add_routes(struct page *page, const struct router *router,
                       const struct request *request, const struct examples *examples) {
    const char *host = request_header(request, "Host");
    add(page, "<h2>What it answers</h2>\n<dl>\n");
    for (size_t i = 0; i < router->route_count; i++) {
        const struct route *route = &router->routes[i];
        const char *link = fill(route->example, examples, page->arena);
        if (route->handler == site_home)
            continue;
        add(page, "<dt><code>");
        add(page, request_method_name(route->method));
        add(page, " ");
        if (link) {
            add(page, "<a href=\"");
            add_escaped(page, link);
            add(page, "\">");
        }
        add_escaped(page, link ? link : route->pattern);
        add(page, link ? "</a></code></dt>\n<dd>" : "</code></dt>\n<dd>");
        add_escaped(page, route->summary);
        add(page, "</dd>\n");
    }
    add(page, "</dl>\n<p class=\"soft\"><a href=\"/docs\">All parameters and answers</a>.</p>\n");
    add(page, "<p class=\"soft\">Answers are JSON. With POST, for instance: <code>curl -d "
              "'{\"prefer\": {\"Comedy\": 5}}' http://");
    add_escaped(page, host ? host : "127.0.0.1:8080");
    add(page, "/api/recommend</code></p>\n");
}

/* How good it is, as far as its file says; /api/models tells all. */
static void add_figures(struct page *page, const struct service_model *model) {
    json_t *metrics = json_loads(model->metrics, 0, NULL);
    const char *const wanted[] = {"hit_rate@10", "ndcg@10"};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const json_t *value = json_object_get(metrics, wanted[i]);
        if (json_is_number(value))
            add(page, arena_format(page->arena, "; <code>%s</code> %.4f", wanted[i],
                                   json_number_value(value)));
    }
    json_decref(metrics);
}

static void add_models(struct page *page, struct service *service) {
    struct service_model *models;
    const size_t count = service_models(service, &models, page->arena);
    add(page, "<h2>Models</h2>\n<dl>\n");
    for (size_t i = 0; i < count; i++) {
        add(page, "<dt><code>");
        add_escaped(page, models[i].name);
        add(page, models[i].is_default ? "</code>, the default</dt>\n<dd>" : "</code></dt>\n<dd>");
        add_escaped(page, models[i].summary);
        add(page, "; trained on ");
        add_escaped(page, models[i].data_name);
        add_figures(page, &models[i]);
        add(page, "</dd>\n");
    }
    add(page,
        count > 0 ? "</dl>\n" : "</dl>\n<p>None yet: <code>matinee train item_knn</code></p>\n");
}

void page_send(const char *html, const struct request *request, struct response *response) {
    const char *style = strstr(html, "<style>"), *end = style ? strstr(style, "</style>") : NULL;
    uint8_t sum[DIGEST_SHA256_BYTES];
    char hash[DIGEST_BASE64_BYTES];
    ASSERT(end);
    style += strlen("<style>");
    digest_sha256(style, (size_t)(end - style), sum);
    digest_base64(sum, hash);
    response_text(response, "text/html; charset=utf-8", html);
    response_set_header(response, "Content-Security-Policy",
                        arena_format(request->arena,
                                     "default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; "
                                     "form-action 'none'; frame-ancestors 'none'",
                                     hash));
}

void page_get(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct page page = {.arena = request->arena};
    struct examples examples = {0};
    struct snapshot *snapshot;
    struct error error;
    add(&page, HEAD);
    if (service_acquire(api->service, NULL, &snapshot, &error) == STATUS_OK) {
        const struct dataset *catalogue = service_catalogue(snapshot);
        examples = find_examples(snapshot, request->arena);
        add(&page, arena_format(request->arena,
                                "<p class=\"soft\">Films for people: %u films, %u people, %zu "
                                "ratings.</p>\n",
                                catalogue->items.count, catalogue->users.count,
                                catalogue->interactions.count));
        service_release(snapshot);
    }
    add_routes(&page, api->router, request, &examples);
    add_models(&page, api->service);
    add(&page, "<p class=\"soft\">Matinee " MATINEE_VERSION "</p>\n</body>\n</html>\n");
    page_send(page.text, request, response);
}

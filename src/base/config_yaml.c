/* config_yaml.c: YAML through libyaml's document tree into flat keys. See config_yaml.h.
 *
 * Idea     libyaml keeps an alias as a second reference to one node, so a hostile file stays small
 *          in the tree; what could explode is walking it, and every step of the walk is counted.
 * Traps    A list becomes text and is read again by settings; elements are quoted where they hold
 *          a comma, a bracket or a quote.
 * Checked  tests/base/test_config.c, fuzz/fuzz_yaml.c. */
#include "base/config_yaml.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <yaml.h>

#define DEPTH_MAX 32
#define STEPS_MAX 16384 /* nodes walked, aliases counted each time */
#define KEY_MAX 256

struct walk {
    yaml_document_t *tree;
    const char *name; /* of the file */
    struct config_document *document;
    struct arena *arena;
    struct error *error;
    size_t steps;
};

__attribute__((format(printf, 4, 5))) static enum status refuse(const struct walk *walk,
                                                                const yaml_node_t *node,
                                                                enum status status,
                                                                const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    struct arena_position mark = arena_mark(walk->arena);
    const char *text = arena_format_list(walk->arena, format, arguments);
    va_end(arguments);
    error_set(walk->error, status, "%s:%zu: %s", walk->name, node->start_mark.line + 1, text);
    arena_reset(walk->arena, mark);
    return status;
}

static const char *kind_name(const yaml_node_t *node) {
    return node->type == YAML_MAPPING_NODE    ? "a map"
           : node->type == YAML_SEQUENCE_NODE ? "a list"
                                              : "a value";
}

static const char *origin_of(const struct walk *walk, const yaml_node_t *node) {
    return arena_format(walk->arena, "%s:%zu", walk->name, node->start_mark.line + 1);
}

/* YAML 1.1's ways to write nothing; quoted they are text. */
static bool is_null(const yaml_node_t *node) {
    if (node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return false;
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp((const char *)node->data.scalar.value, words[i]) == 0)
            return true;
    return false;
}

static enum status scalar_text(const struct walk *walk, const yaml_node_t *node,
                               const char **text) {
    const char *value = (const char *)node->data.scalar.value;
    if (strlen(value) != node->data.scalar.length)
        return refuse(walk, node, STATUS_BAD_INPUT, "a value holds a zero byte");
    *text = is_null(node) ? "" : arena_copy(walk->arena, value);
    return STATUS_OK;
}

/* A list's element, quoted where settings would cut it. */
static char *put_element(char *to, const char *text) {
    bool quoted = !*text || strpbrk(text, ",[]\"'\\ ");
    if (quoted)
        *to++ = '"';
    for (; *text; text++) {
        if (quoted && (*text == '"' || *text == '\\'))
            *to++ = '\\';
        *to++ = *text;
    }
    if (quoted)
        *to++ = '"';
    return to;
}

static enum status list_text(struct walk *walk, const yaml_node_t *node, const char **text) {
    const yaml_node_item_t *first = node->data.sequence.items.start;
    const yaml_node_item_t *end = node->data.sequence.items.top;
    size_t count = (size_t)(end - first), bytes = 3;
    const char **elements = ARENA_ARRAY(walk->arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        const yaml_node_t *element = yaml_document_get_node(walk->tree, first[i]);
        if (element->type != YAML_SCALAR_NODE)
            return refuse(walk, element, STATUS_BAD_INPUT,
                          "expected a list of plain values, found %s in it", kind_name(element));
        TRY(scalar_text(walk, element, &elements[i]));
        bytes += 2 * strlen(elements[i]) + 3;
    }
    walk->steps += count;
    char *joined = arena_alloc(walk->arena, bytes), *at = joined;
    *at++ = '[';
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            *at++ = ',';
        at = put_element(at, elements[i]);
    }
    *at = ']';
    *text = joined;
    return STATUS_OK;
}

static bool is_key(const char *text) {
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.@";
    return *text && strlen(text) <= KEY_MAX && text[strspn(text, letters)] == '\0';
}

/* The key of a pair, joined to the map's prefix. */
static enum status join_key(const struct walk *walk, const yaml_node_t *node, const char *prefix,
                            const char **key) {
    if (node->type != YAML_SCALAR_NODE || !is_key((const char *)node->data.scalar.value))
        return refuse(walk, node, STATUS_BAD_INPUT,
                      "expected a key of letters, digits, \"_\", \"-\" and \".\", found %s",
                      node->type == YAML_SCALAR_NODE ? "another text" : kind_name(node));
    const char *name = (const char *)node->data.scalar.value;
    *key =
        *prefix ? arena_format(walk->arena, "%s.%s", prefix, name) : arena_copy(walk->arena, name);
    if (strlen(*key) > KEY_MAX)
        return refuse(walk, node, STATUS_LIMIT, "the key is longer than %d letters", KEY_MAX);
    return STATUS_OK;
}

static const yaml_node_t *pair_key(const struct walk *walk, const yaml_node_pair_t *pair) {
    return yaml_document_get_node(walk->tree, pair->key);
}

static bool key_is(const yaml_node_t *node, const char *text) {
    return node->type == YAML_SCALAR_NODE &&
           strcmp((const char *)node->data.scalar.value, text) == 0;
}

static enum status refuse_twins(const struct walk *walk, const yaml_node_t *map) {
    for (const yaml_node_pair_t *b = map->data.mapping.pairs.start; b < map->data.mapping.pairs.top;
         b++) {
        const yaml_node_t *key = pair_key(walk, b);
        for (const yaml_node_pair_t *a = map->data.mapping.pairs.start; a < b; a++) {
            const yaml_node_t *before = pair_key(walk, a);
            if (key->type == YAML_SCALAR_NODE &&
                key_is(before, (const char *)key->data.scalar.value))
                return refuse(walk, key, STATUS_BAD_INPUT,
                              "\"%.64s\" stands twice in one map, first in line %zu",
                              (const char *)key->data.scalar.value, before->start_mark.line + 1);
        }
    }
    return STATUS_OK;
}

static enum status walk_node(struct walk *walk, const yaml_node_t *node, const char *prefix,
                             unsigned depth);

static enum status walk_pair(struct walk *walk, const yaml_node_pair_t *pair, const char *prefix,
                             unsigned depth) {
    const yaml_node_t *key_node = pair_key(walk, pair);
    const yaml_node_t *value = yaml_document_get_node(walk->tree, pair->value);
    if (key_is(key_node, "<<"))
        return walk_node(walk, value, prefix, depth + 1);
    const char *key = NULL;
    TRY(join_key(walk, key_node, prefix, &key));
    return walk_node(walk, value, key, depth + 1);
}

/* What is merged in by "<<" comes first, so that the map's own keys win. */
static enum status walk_map(struct walk *walk, const yaml_node_t *map, const char *prefix,
                            unsigned depth) {
    const yaml_node_pair_t *first = map->data.mapping.pairs.start;
    const yaml_node_pair_t *end = map->data.mapping.pairs.top;
    if ((size_t)(end - first) > STEPS_MAX / 4)
        return refuse(walk, map, STATUS_LIMIT, "more than %d keys in one map", STEPS_MAX / 4);
    TRY(refuse_twins(walk, map));
    for (int merged = 1; merged >= 0; merged--)
        for (const yaml_node_pair_t *pair = first; pair < end; pair++) {
            const yaml_node_t *key = pair_key(walk, pair);
            bool is_top = depth == 0 && *prefix == '\0';
            /* `hydra:` arranges Hydra's own output folders. */
            if (is_top && (key_is(key, "defaults") || key_is(key, "hydra")))
                continue;
            if (key_is(key, "<<") == (merged == 1))
                TRY(walk_pair(walk, pair, prefix, depth));
        }
    return STATUS_OK;
}

static enum status walk_node(struct walk *walk, const yaml_node_t *node, const char *prefix,
                             unsigned depth) {
    if (depth > DEPTH_MAX)
        return refuse(walk, node, STATUS_LIMIT, "maps are nested more than %d deep", DEPTH_MAX);
    if (++walk->steps > STEPS_MAX)
        return refuse(walk, node, STATUS_LIMIT, "more than %d values, aliases counted each time",
                      STEPS_MAX);
    if (node->type == YAML_MAPPING_NODE)
        return walk_map(walk, node, prefix, depth);
    if (!*prefix)
        return refuse(walk, node, STATUS_BAD_INPUT, "expected a map of settings, found %s",
                      kind_name(node));
    const char *text = NULL;
    if (node->type == YAML_SEQUENCE_NODE)
        TRY(list_text(walk, node, &text));
    else
        TRY(scalar_text(walk, node, &text));
    config_set(&walk->document->entries, prefix, text, origin_of(walk, node), walk->arena);
    return STATUS_OK;
}

static enum status read_include(struct walk *walk, const yaml_node_t *node,
                                struct config_include *include) {
    *include = (struct config_include){.origin = origin_of(walk, node)};
    if (node->type == YAML_SCALAR_NODE)
        return scalar_text(walk, node, &include->option);
    if (node->type == YAML_MAPPING_NODE &&
        node->data.mapping.pairs.top - node->data.mapping.pairs.start == 1) {
        const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
        const yaml_node_t *group = pair_key(walk, pair);
        const yaml_node_t *option = yaml_document_get_node(walk->tree, pair->value);
        if (group->type == YAML_SCALAR_NODE && option->type == YAML_SCALAR_NODE) {
            TRY(scalar_text(walk, group, &include->group));
            return scalar_text(walk, option, &include->option);
        }
    }
    return refuse(walk, node, STATUS_BAD_INPUT,
                  "expected \"- FILE\", \"- GROUP: OPTION\" or \"- _self_\" in defaults");
}

static enum status read_defaults(struct walk *walk, const yaml_node_t *node) {
    if (node->type != YAML_SEQUENCE_NODE)
        return refuse(walk, node, STATUS_BAD_INPUT, "expected a list after defaults:, found %s",
                      kind_name(node));
    const yaml_node_item_t *first = node->data.sequence.items.start;
    size_t count = (size_t)(node->data.sequence.items.top - first);
    struct config_document *document = walk->document;
    document->includes = ARENA_ARRAY(walk->arena, struct config_include, count + 1);
    bool has_self = false;
    for (size_t i = 0; i < count; i++) {
        const yaml_node_t *item = yaml_document_get_node(walk->tree, first[i]);
        if (key_is(item, "_self_")) {
            document->self = document->include_count;
            has_self = true;
            continue;
        }
        TRY(read_include(walk, item, &document->includes[document->include_count++]));
    }
    if (!has_self)
        document->self = document->include_count;
    return STATUS_OK;
}

/* Hydra writes where a file's keys go into a comment, which libyaml drops. */
static const char *read_package(const char *text, struct arena *arena) {
    static const char start[] = "# @package ";
    if (strncmp(text, start, sizeof start - 1) != 0)
        return NULL;
    const char *name = text + sizeof start - 1;
    size_t length = strcspn(name, " \t\r\n");
    if (length == 8 && strncmp(name, "_global_", 8) == 0)
        return "";
    const char *package = arena_copy_length(arena, name, length);
    return is_key(package) ? package : NULL;
}

static enum status read_tree(struct walk *walk) {
    const yaml_node_t *root = yaml_document_get_root_node(walk->tree);
    if (!root || (root->type == YAML_SCALAR_NODE && is_null(root)))
        return STATUS_OK; /* an empty file sets nothing */
    TRY(walk_node(walk, root, "", 0));
    for (const yaml_node_pair_t *pair = root->data.mapping.pairs.start;
         pair < root->data.mapping.pairs.top; pair++)
        if (key_is(pair_key(walk, pair), "defaults"))
            TRY(read_defaults(walk, yaml_document_get_node(walk->tree, pair->value)));
    return STATUS_OK;
}

static enum status refuse_syntax(const struct walk *walk, const yaml_parser_t *parser) {
    size_t line = parser->problem_mark.line + 1;
    const char *problem = parser->problem ? parser->problem : "not YAML";
    if (parser->error == YAML_READER_ERROR)
        return error_set(walk->error, STATUS_BAD_INPUT, "%s: not UTF-8 text (%s at byte %zu)",
                         walk->name, problem, parser->problem_offset);
    return error_set(walk->error, STATUS_BAD_INPUT, "%s:%zu: not YAML: %s%s%s", walk->name, line,
                     problem, parser->context ? " " : "", parser->context ? parser->context : "");
}

static enum status refuse_second(struct walk *walk, yaml_parser_t *parser) {
    yaml_document_t next;
    if (!yaml_parser_load(parser, &next))
        return refuse_syntax(walk, parser);
    const yaml_node_t *root = yaml_document_get_root_node(&next);
    enum status status = STATUS_OK;
    if (root)
        status = refuse(walk, root, STATUS_BAD_INPUT,
                        "expected one document, found a second one after \"---\"");
    yaml_document_delete(&next);
    return status;
}

enum status config_yaml_parse(struct config_document *document, const char *name, const char *text,
                              size_t size, struct arena *arena, struct error *error) {
    *document = (struct config_document){0};
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        return error_set(error, STATUS_LIMIT, "%s: no memory for the YAML parser", name);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
    yaml_document_t tree;
    struct walk walk = {&tree, name, document, arena, error, 0};
    enum status status;
    if (yaml_parser_load(&parser, &tree)) {
        status = read_tree(&walk);
        if (status == STATUS_OK && yaml_document_get_root_node(&tree))
            status = refuse_second(&walk, &parser);
        yaml_document_delete(&tree);
    } else {
        status = refuse_syntax(&walk, &parser);
    }
    yaml_parser_delete(&parser);
    if (status == STATUS_OK && size > 0)
        document->package = read_package(arena_copy_length(arena, text, size), arena);
    return status;
}

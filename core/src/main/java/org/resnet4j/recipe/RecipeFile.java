package org.resnet4j.recipe;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * Recipes as flat YAML files: one {@code key: value} a line, the keys those of {@link Recipe} with
 * dashes, and lists in brackets.
 *
 * <p>A key that a file leaves out has the value it has in {@code recipes/defaults.yaml}: the
 * paper's, with everything that came later off.
 */
public final class RecipeFile {
  private static final List<String> SHIPPED =
      List.of(
          "shapes",
          "cifar-paper",
          "cifar-fast",
          "imagenet-paper",
          "imagenet-v2",
          "a1",
          "a2",
          "a3",
          "finetune");
  private static final String DEFAULTS = "defaults";
  private static final long MAX_BYTES = 1 << 20;
  private static final YAMLMapper YAML =
      YAMLMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private RecipeFile() {}

  /** The recipes that come with the library. */
  public static List<String> shipped() {
    return SHIPPED;
  }

  /** The keys of a recipe, in order. */
  public static List<String> keys() {
    return RecipeKeys.all();
  }

  /**
   * Reads a shipped recipe by name or a file, then replaces keys.
   *
   * @param nameOrFile a name of {@link #shipped} or a path ending in {@code .yaml} or {@code .yml}
   * @param overrides key to value, both as in the file
   * @throws IllegalArgumentException for an unknown name, key or value, naming file and key, with a
   *     suggestion
   */
  public static Recipe load(String nameOrFile, Map<String, String> overrides) {
    Map<String, String> values = new LinkedHashMap<>(shipped(DEFAULTS));
    if (SHIPPED.contains(nameOrFile)) {
      values.putAll(shipped(nameOrFile));
    } else if (nameOrFile.endsWith(".yaml") || nameOrFile.endsWith(".yml")) {
      values.putAll(parse(nameOrFile, text(Path.of(nameOrFile))));
    } else {
      throw new IllegalArgumentException(
          "no recipe is called \"%s\"%s; there are %s, or give a .yaml file"
              .formatted(
                  nameOrFile, Nearest.suggestion(nameOrFile, SHIPPED), String.join(", ", SHIPPED)));
    }
    replace(values, overrides);
    return RecipeKeys.recipe(values, shipped(DEFAULTS));
  }

  /** Reads the recipe that a run was started with. */
  public static Recipe read(Path file) {
    return load(file.toString(), Map.of());
  }

  /**
   * The recipe with keys replaced.
   *
   * @param overrides key to value, both as in a file
   * @throws IllegalArgumentException for an unknown key or an illegal value
   */
  public static Recipe with(Recipe recipe, Map<String, String> overrides) {
    Map<String, String> values = RecipeKeys.values(recipe);
    replace(values, overrides);
    return RecipeKeys.recipe(values, shipped(DEFAULTS));
  }

  private static void replace(Map<String, String> values, Map<String, String> overrides) {
    overrides.forEach(
        (key, value) -> {
          requireKnown("--set", key);
          values.put(key, value);
        });
  }

  /** The recipe's keys and their values as in a file, every key included, in order. */
  public static Map<String, String> values(Recipe recipe) {
    return RecipeKeys.values(recipe);
  }

  /** The value of every key where a recipe leaves it out. */
  static Map<String, String> defaults() {
    Map<String, String> defaults = shipped(DEFAULTS);
    return RecipeKeys.values(RecipeKeys.recipe(defaults, defaults));
  }

  /** The recipe as YAML, every key included. */
  public static String write(Recipe recipe) {
    StringBuilder text = new StringBuilder();
    RecipeKeys.values(recipe)
        .forEach((key, value) -> text.append(key).append(": ").append(quoted(value)).append('\n'));
    return text.toString();
  }

  /** The keys that differ from the defaults, as YAML: read again, it is the same recipe. */
  public static String writeChanges(Recipe recipe) {
    Map<String, String> usual = defaults();
    StringBuilder text = new StringBuilder();
    RecipeKeys.values(recipe)
        .forEach(
            (key, value) -> {
              if (key.equals("name") || !value.equals(usual.get(key))) {
                text.append(key).append(": ").append(quoted(value)).append('\n');
              }
            });
    return text.toString();
  }

  /** As YAML reads it back: the name of a network may be anybody's. */
  private static String quoted(String value) {
    boolean plain = value.matches("-?\\w[\\w./-]*|\\[[^\"']*\\]");
    return plain ? value : JsonMapper.shared().writeValueAsString(value);
  }

  private static Map<String, String> shipped(String name) {
    try (InputStream in = RecipeFile.class.getResourceAsStream("/recipes/" + name + ".yaml")) {
      Objects.requireNonNull(in, name);
      return parse(name, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new AssertionError("recipe " + name + " is part of the library", e);
    }
  }

  private static String text(Path file) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new IllegalArgumentException(file + ": a recipe may not exceed 1 MB");
      }
      return Files.readString(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "%s: cannot be read as a recipe (%s)".formatted(file, e.getClass().getSimpleName()), e);
    }
  }

  private static Map<String, String> parse(String source, String text) {
    Map<String, String> values = new LinkedHashMap<>();
    try (JsonParser parser = YAML.createParser(text)) {
      JsonToken first = parser.nextToken();
      if (first != null && first != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException(
            source + ": not a flat YAML file of keys and values, one \"key: value\" a line");
      }
      while (first != null && parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String key = parser.currentName();
        requireKnown(source + ":" + parser.currentTokenLocation().getLineNr(), key);
        parser.nextToken();
        values.put(key, value(source, key, parser));
      }
      return values;
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "%s: not a flat YAML file of keys and values: %s"
              .formatted(source, e.getOriginalMessage().lines().findFirst().orElse("")),
          e);
    }
  }

  private static String value(String source, String key, JsonParser parser) {
    if (parser.currentToken().isScalarValue()) {
      return parser.getString();
    }
    List<String> items = new ArrayList<>();
    if (parser.currentToken() == JsonToken.START_ARRAY) {
      while (parser.nextToken() != JsonToken.END_ARRAY && parser.currentToken().isScalarValue()) {
        items.add(parser.getString());
      }
      if (parser.currentToken() == JsonToken.END_ARRAY) {
        return items.toString();
      }
    }
    throw new IllegalArgumentException(
        "%s: %s: must be one value or a list of values, not something nested"
            .formatted(source, key));
  }

  private static void requireKnown(String place, String key) {
    if (!keys().contains(key)) {
      throw new IllegalArgumentException(
          "%s: unknown key \"%s\"%s; the keys are %s"
              .formatted(place, key, Nearest.suggestion(key, keys()), String.join(", ", keys())));
    }
  }
}

package org.resnet4j.train;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
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
 * <p>A key that a file leaves out has the value it has in {@code cifar-paper}.
 */
public final class RecipeFile {
  private static final List<String> SHIPPED = List.of("shapes", "cifar-paper", "cifar-fast");
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
    return components().stream().map(RecipeFile::key).toList();
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
    Map<String, String> values = new LinkedHashMap<>(shipped("cifar-paper"));
    if (SHIPPED.contains(nameOrFile)) {
      values.putAll(shipped(nameOrFile));
    } else if (nameOrFile.endsWith(".yaml") || nameOrFile.endsWith(".yml")) {
      values.putAll(parse(nameOrFile, text(Path.of(nameOrFile))));
    } else {
      throw new IllegalArgumentException(
          "no recipe is called \"%s\"%s; there are %s, or give a .yaml file"
              .formatted(nameOrFile, suggestion(nameOrFile, SHIPPED), String.join(", ", SHIPPED)));
    }
    replace(values, overrides);
    return recipe(values);
  }

  /** Reads the recipe that a run was started with. */
  static Recipe read(Path file) {
    return load(file.toString(), Map.of());
  }

  /**
   * The recipe with keys replaced.
   *
   * @param overrides key to value, both as in a file
   * @throws IllegalArgumentException for an unknown key or an illegal value
   */
  public static Recipe with(Recipe recipe, Map<String, String> overrides) {
    Map<String, String> values = new LinkedHashMap<>();
    components().forEach(component -> values.put(key(component), written(component, recipe)));
    replace(values, overrides);
    return recipe(values);
  }

  private static void replace(Map<String, String> values, Map<String, String> overrides) {
    overrides.forEach(
        (key, value) -> {
          requireKnown("--set", key);
          values.put(key, value);
        });
  }

  /** The recipe as YAML, every key included. */
  public static String write(Recipe recipe) {
    StringBuilder text = new StringBuilder();
    for (RecordComponent component : components()) {
      String value = written(component, recipe);
      text.append(key(component)).append(": ").append(quoted(component, value)).append('\n');
    }
    return text.toString();
  }

  /** As YAML reads it back: the name of a network may be anybody's. */
  private static String quoted(RecordComponent component, String value) {
    boolean plain = component.getType() != String.class || value.matches("\\w[\\w./-]*");
    return plain ? value : JsonMapper.shared().writeValueAsString(value);
  }

  private static String written(RecordComponent component, Recipe recipe) {
    try {
      Object value = component.getAccessor().invoke(recipe);
      return value instanceof Enum<?> constant ? word(constant) : String.valueOf(value);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("a record's accessor is public and only reads", e);
    }
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
              .formatted(place, key, suggestion(key, keys()), String.join(", ", keys())));
    }
  }

  private static Recipe recipe(Map<String, String> values) {
    List<RecordComponent> components = components();
    Object[] arguments = new Object[components.size()];
    Class<?>[] types = new Class<?>[components.size()];
    for (int i = 0; i < arguments.length; i++) {
      RecordComponent component = components.get(i);
      String key = key(component);
      types[i] = component.getType();
      arguments[i] = convert(key, Objects.requireNonNull(values.get(key), key), types[i]);
    }
    try {
      return Recipe.class.getDeclaredConstructor(types).newInstance(arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException problem) {
        throw problem;
      }
      throw new LinkageError("the constructor of a record only checks", e);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("the constructor of a record is there and public", e);
    }
  }

  private static Object convert(String key, String text, Class<?> type) {
    String value = text.trim();
    try {
      if (type == int.class) {
        return Integer.valueOf(value);
      }
      if (type == long.class) {
        return Long.valueOf(value);
      }
      if (type == double.class) {
        return Double.valueOf(value);
      }
      if (type == List.class) {
        return numbers(value);
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "%s = %s: must be a %s".formatted(key, value, kind(type)), e);
    }
    if (type == boolean.class) {
      return truth(key, value);
    }
    return type.isEnum() ? constant(key, value, type) : value;
  }

  private static String kind(Class<?> type) {
    return type == List.class
        ? "list of numbers such as [0.5, 0.75]"
        : type == double.class ? "number" : "whole number";
  }

  private static List<Double> numbers(String value) {
    String inside = value.replaceFirst("^\\[(.*)\\]$", "$1").trim();
    return inside.isEmpty()
        ? List.of()
        : Arrays.stream(inside.split(",")).map(String::trim).map(Double::valueOf).toList();
  }

  private static boolean truth(String key, String value) {
    if (!value.equals("true") && !value.equals("false")) {
      throw new IllegalArgumentException("%s = %s: must be true or false".formatted(key, value));
    }
    return value.equals("true");
  }

  private static Object constant(String key, String value, Class<?> type) {
    List<String> words = new ArrayList<>();
    for (Object constant : type.getEnumConstants()) {
      String word = word((Enum<?>) constant);
      if (word.equals(value)) {
        return constant;
      }
      words.add(word);
    }
    throw new IllegalArgumentException(
        "%s = %s: must be %s%s"
            .formatted(key, value, String.join(", ", words), suggestion(value, words)));
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static String key(RecordComponent component) {
    return component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }

  private static List<RecordComponent> components() {
    return List.of(Recipe.class.getRecordComponents());
  }

  private static String suggestion(String wrong, List<String> right) {
    Optional<String> nearest =
        right.stream()
            .filter(word -> distance(wrong, word) <= Math.max(2, word.length() / 3))
            .min((a, b) -> Integer.compare(distance(wrong, a), distance(wrong, b)));
    return nearest.map(word -> "; did you mean \"" + word + "\"?").orElse("");
  }

  /** Levenshtein's distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    Arrays.setAll(row, j -> j);
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}

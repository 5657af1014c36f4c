package org.resnet4j.recipe;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * The flat keys of {@link Recipe}: its components, and in the place of a record the components of
 * that record.
 */
final class RecipeKeys {
  private static final int LONGEST_NUMBER = 20;
  private static final List<String> ALL = keys(Recipe.class);

  private RecipeKeys() {}

  /** The keys in order. */
  static List<String> all() {
    return ALL;
  }

  private static List<String> keys(Class<?> group) {
    List<String> keys = new ArrayList<>();
    for (RecordComponent component : group.getRecordComponents()) {
      Class<?> type = component.getType();
      keys.addAll(type.isRecord() ? keys(type) : List.of(key(component)));
    }
    return List.copyOf(keys);
  }

  /** Every key with its value as a file has it, in order. */
  static Map<String, String> values(Recipe recipe) {
    Map<String, String> values = new LinkedHashMap<>();
    collect(recipe, values);
    return values;
  }

  private static void collect(Record group, Map<String, String> values) {
    for (RecordComponent component : group.getClass().getRecordComponents()) {
      Object value = value(group, component);
      if (value instanceof Record inner) {
        collect(inner, values);
      } else {
        values.put(key(component), text(value));
      }
    }
  }

  private static String text(Object value) {
    if (value instanceof Enum<?> word) {
      return word(word);
    }
    if (value instanceof Double number) {
      String plain = new BigDecimal(number.toString()).stripTrailingZeros().toPlainString();
      return plain.length() <= LONGEST_NUMBER ? plain : number.toString();
    }
    return value instanceof List<?> several
        ? several.stream().map(RecipeKeys::text).toList().toString()
        : value.toString();
  }

  private static Object value(Record group, RecordComponent component) {
    try {
      return component.getAccessor().invoke(group);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("a record's accessor is public and only reads", e);
    }
  }

  /**
   * The recipe of those values.
   *
   * @param values one for each key
   * @param defaults stand in for what is wrong, so that what is beside it is checked too
   * @throws IllegalArgumentException that lists every value out of its range
   */
  static Recipe recipe(Map<String, String> values, Map<String, String> defaults) {
    List<String> problems = new ArrayList<>();
    Object recipe = record(Recipe.class, values, defaults, problems);
    if (problems.isEmpty()) {
      return (Recipe) recipe;
    }
    throw new IllegalArgumentException(
        "recipe %s: %s".formatted(values.get("name"), String.join("; ", problems)));
  }

  private static Object record(
      Class<?> group,
      Map<String, String> values,
      Map<String, String> defaults,
      List<String> problems) {
    RecordComponent[] components = group.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] arguments = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      arguments[i] =
          types[i].isRecord()
              ? record(types[i], values, defaults, problems)
              : converted(key(components[i]), types[i], values, defaults, problems);
    }
    try {
      return group.getDeclaredConstructor(types).newInstance(arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException problem) {
        problems.add(String.valueOf(problem.getMessage()));
        return record(group, defaults, defaults, problems);
      }
      throw new LinkageError("the constructor of a record only checks", e);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("the constructor of a record is there and public", e);
    }
  }

  private static Object converted(
      String key,
      Class<?> type,
      Map<String, String> values,
      Map<String, String> defaults,
      List<String> problems) {
    try {
      return convert(key, Objects.requireNonNull(values.get(key), key), type);
    } catch (IllegalArgumentException e) {
      problems.add(String.valueOf(e.getMessage()));
      return convert(key, Objects.requireNonNull(defaults.get(key), key), type);
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

  /** The constant that a word means. */
  static Object constant(String key, String value, Class<?> type) {
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
            .formatted(key, value, String.join(", ", words), Nearest.suggestion(value, words)));
  }

  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static String key(RecordComponent component) {
    return component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }
}

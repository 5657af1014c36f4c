package org.resnet4j.recipe;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * What a paper, or whoever published weights, says of training, key by key.
 *
 * <p>A recipe names it with {@code paper}. What the paper is silent about must be at the value that
 * {@code recipes/defaults.yaml} has, which is off for everything that came after the paper; where
 * and how precisely a run computes is free.
 */
public final class Paper {
  /** The value of the key for a recipe that follows nobody. */
  static final String NONE = "none";

  private static final List<String> IDS =
      List.of(
          "1512.03385-cifar",
          "1512.03385-imagenet",
          "torchvision-v2",
          "2110.00476-a1",
          "2110.00476-a2",
          "2110.00476-a3");

  /** What no paper decides; {@code accumulate} counts with {@code batch}. */
  private static final Set<String> FREE =
      Set.of(
          "name", "paper", "accumulate", "recompute", "precision", "device", "unreadable", "seed");

  private static final YAMLMapper YAML =
      YAMLMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE).build();

  private final String title;
  private final Map<String, List<Claim>> claims = new LinkedHashMap<>();

  /** A file of {@code recipes/papers}. */
  private record Claims(String title, List<Claim> claims) {}

  /**
   * What is said of one key.
   *
   * @param is the value; may be one that no recipe can have
   * @param oneOf the values, in the place of {@code is}
   * @param models of which it is said; of all that no claim before it names, if left out
   * @param where it is said
   */
  private record Claim(
      String key,
      @Nullable String is,
      @Nullable List<String> oneOf,
      @Nullable List<String> models,
      String where) {
    List<String> values() {
      return is != null ? List.of(is) : Objects.requireNonNull(oneOf);
    }

    boolean isOf(String model) {
      return models == null || models.contains(model);
    }

    boolean holds(String value) {
      return values().stream().anyMatch(said -> same(said, value));
    }
  }

  /**
   * A key that a recipe has otherwise.
   *
   * @param value the recipe's
   * @param said the paper's, or that of the defaults where the paper is silent
   * @param where the paper says so
   */
  public record Deviation(String key, String value, String said, String where) {}

  private Paper(Claims file) {
    title = file.title();
    file.claims()
        .forEach(claim -> claims.computeIfAbsent(claim.key(), key -> new ArrayList<>()).add(claim));
  }

  /** The values of the key {@code paper}, but for {@code none}. */
  public static List<String> ids() {
    return IDS;
  }

  /** What the recipe follows, if anything. */
  public static Optional<Paper> of(Recipe recipe) {
    return recipe.paper().equals(NONE) ? Optional.empty() : Optional.of(named(recipe.paper()));
  }

  private static Paper named(String id) {
    String file = "/recipes/papers/" + id + ".yaml";
    try (InputStream in = Paper.class.getResourceAsStream(file)) {
      return new Paper(YAML.readValue(Objects.requireNonNull(in, file), Claims.class));
    } catch (IOException e) {
      throw new AssertionError(file + " is part of the library", e);
    }
  }

  /** Whose it is, with its section. */
  public String title() {
    return title;
  }

  /** The keys of which something is said. */
  Set<String> claimed() {
    return claims.keySet();
  }

  /** Every key in which the recipe is not as the paper says, in the order of the keys. */
  public List<Deviation> deviations(Recipe recipe) {
    Map<String, String> values = RecipeKeys.values(recipe);
    values.put("batch", String.valueOf((long) recipe.batch() * recipe.optimization().accumulate()));
    Map<String, String> usual = RecipeFile.defaults();
    List<Deviation> deviations = new ArrayList<>();
    values.forEach(
        (key, value) -> {
          Claim claim = claim(key, recipe.model());
          if (claim != null && !claim.holds(value)) {
            String said = String.join(" or ", claim.values());
            deviations.add(new Deviation(key, value, said, claim.where()));
          } else if (claim == null && !isFree(key) && !same(usual.get(key), value)) {
            String said = Objects.requireNonNull(usual.get(key));
            deviations.add(new Deviation(key, value, said, "not in the paper"));
          }
        });
    return List.copyOf(deviations);
  }

  private @Nullable Claim claim(String key, String model) {
    return claims.getOrDefault(key, List.of()).stream()
        .filter(claim -> claim.isOf(model))
        .findFirst()
        .orElse(null);
  }

  /** Of epochs and iterations one decides, and the other is 0. */
  private boolean isFree(String key) {
    return FREE.contains(key)
        || (key.equals("epochs") && claims.containsKey("iterations"))
        || (key.equals("iterations") && claims.containsKey("epochs"));
  }

  /** One sentence without its end: in what the recipe differs. */
  public String summary(Recipe recipe) {
    List<Deviation> deviations = deviations(recipe);
    return deviations.isEmpty()
        ? "as in " + title
        : "as in %s, except %s"
            .formatted(
                title,
                deviations.stream()
                    .map(one -> "%s %s (%s)".formatted(one.key(), one.value(), one.said()))
                    .collect(Collectors.joining(", ")));
  }

  private static boolean same(@Nullable String said, String value) {
    if (value.equals(said)) {
      return true;
    }
    try {
      return said != null && Double.parseDouble(said) == Double.parseDouble(value);
    } catch (NumberFormatException e) {
      return false;
    }
  }
}

package org.resnet4j.weights.convert;

import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a library names the tensors of a residual network, as rules that give torchvision's names.
 */
@SuppressWarnings("ImmutableEnumChecker") // List.of cannot be changed, nor can a Pattern.
enum Convention {
  /** {@code ResNetForImageClassification} and {@code ResNetModel}. */
  TRANSFORMERS(
      "Hugging Face transformers",
      "(?:resnet\\.)?embedder\\.embedder\\.convolution\\.weight",
      rule("(?:resnet\\.)?embedder\\.embedder\\.convolution\\.(\\w+)", m -> "conv1." + m.group(1)),
      rule("(?:resnet\\.)?embedder\\.embedder\\.normalization\\.(\\w+)", m -> "bn1." + m.group(1)),
      rule(
          "(?:resnet\\.)?encoder\\.stages\\.(\\d{1,3})\\.layers\\.(\\d{1,4})\\.layer\\.(\\d)"
              + "\\.(convolution|normalization)\\.(\\w+)",
          m ->
              "layer%s.%s.%s%s.%s"
                  .formatted(
                      next(m, 1),
                      m.group(2),
                      m.group(4).equals("convolution") ? "conv" : "bn",
                      next(m, 3),
                      m.group(5))),
      rule(
          "(?:resnet\\.)?encoder\\.stages\\.(\\d{1,3})\\.layers\\.(\\d{1,4})\\.shortcut"
              + "\\.(convolution|normalization)\\.(\\w+)",
          m ->
              "layer%s.%s.downsample.%s.%s"
                  .formatted(
                      next(m, 1),
                      m.group(2),
                      m.group(3).equals("convolution") ? 0 : 1,
                      m.group(4))),
      rule("classifier\\.1\\.(\\w+)", m -> "fc." + m.group(1))),
  /** akamaster/pytorch_resnet_cifar10 and kuangliu/pytorch-cifar. */
  CIFAR(
      "the CIFAR networks of akamaster and kuangliu",
      "linear\\.weight",
      rule("linear\\.(\\w+)", m -> "fc." + m.group(1)),
      rule(
          "(layer\\d\\.\\d{1,4})\\.shortcut\\.([01]\\.\\w+)",
          m -> m.group(1) + ".downsample." + m.group(2))),
  /** OpenMMLab's pretraining. */
  OPENMMLAB(
      "OpenMMLab",
      "backbone\\.(?:conv1|stem\\.0)\\.weight",
      rule("head\\.fc\\.(\\w+)", m -> "fc." + m.group(1)),
      rule("backbone\\.stem\\.7\\.(\\w+)", m -> "bn1." + m.group(1)),
      rule("backbone\\.stem\\.(\\d\\.\\w+)", m -> "conv1." + m.group(1)),
      rule("backbone\\.(.+)", m -> m.group(1))),
  /** The names of {@link org.resnet4j.arch.Network#state} themselves. */
  TORCHVISION("torchvision and timm", ".*");

  private final String label;
  private final Pattern mark;
  private final List<Rule> rules;

  private record Rule(Pattern pattern, Function<MatchResult, String> replacement) {}

  Convention(String label, String mark, Rule... rules) {
    this.label = label;
    this.mark = Pattern.compile(mark);
    this.rules = List.of(rules);
  }

  private static Rule rule(String pattern, Function<MatchResult, String> replacement) {
    return new Rule(Pattern.compile(pattern), replacement);
  }

  private static int next(MatchResult match, int group) {
    return Integer.parseInt(match.group(group)) + 1;
  }

  /** Whose names they are, for people. */
  String label() {
    return label;
  }

  /** The convention of those names. */
  static Convention of(Collection<String> names) {
    for (Convention convention : values()) {
      if (names.stream().anyMatch(name -> convention.mark.matcher(name).matches())) {
        return convention;
      }
    }
    return TORCHVISION;
  }

  /** Torchvision's name; the same name where no rule knows it. */
  String renamed(String name) {
    for (Rule rule : rules) {
      Matcher matcher = rule.pattern.matcher(name);
      if (matcher.matches()) {
        return rule.replacement.apply(matcher.toMatchResult());
      }
    }
    return name;
  }
}

package org.resnet4j.arch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Networks by name.
 *
 * <p>{@code resnet18}, {@code 34}, {@code 50}, {@code 101} and {@code 152} are the ImageNet
 * networks of arXiv 1512.03385, table 1: 3x224x224, 1000 classes, option B, and the stride of a
 * bottleneck on its 3x3. Any other {@code resnetD} with D = 6n + 2 is the CIFAR network of section
 * 4.2: 3x32x32, 10 classes, option A with the zeros around. Suffixes change that: {@code -v1} (the
 * stride on the first 1x1), then one of {@code -a}, {@code -a-after}, {@code -b}, {@code -c} and
 * {@code -plain}. CIFAR networks also have, before that one and in this order, {@code -widthW} (W
 * channels from the stem on, not 16), {@code -bottleneck} (D = 9n + 2, option B, the stride on the
 * first 1x1) and {@code -no-norm} (biases in place of batch norm), e.g. {@code
 * resnet56-width8-no-norm-plain}; those whose depth is an ImageNet network's say {@code -cifar}
 * first.
 *
 * <p>The rest of the family has the names of torchvision and timm, e.g. {@code resnet50d}, {@code
 * seresnet50}, {@code resnext50_32x4d}, {@code wide_resnet50_2}, {@code resnetv2_50}, {@code
 * resnet50_gn}, {@code resnetblur50}; on CIFAR {@code resnetv2_164}, {@code resnext29_8x64d},
 * {@code wrn-28-10} and the variants of arXiv 1603.05027, e.g. {@code resnet110-gated}.
 */
public final class Catalogue {
  private Catalogue() {}

  /**
   * A name that {@link #network} knows.
   *
   * @param family what it has in common with its neighbours, for people
   * @param torchvision the same network there, if it has one
   * @param timm the same network there, if it has one
   */
  public record Entry(
      String family, Network network, Optional<String> torchvision, Optional<String> timm) {}

  /** The networks that have a name of their own, by family; suffixes and numbers make more. */
  public static List<Entry> entries() {
    List<Entry> entries = new ArrayList<>();
    for (Map<String, List<String>> families :
        List.of(CifarFamily.listed(), ImageNetFamily.listed())) {
      families.forEach((family, names) -> names.forEach(name -> entries.add(entry(family, name))));
    }
    return entries;
  }

  private static Entry entry(String family, String name) {
    return new Entry(
        family, network(name), ImageNetFamily.torchvision(name), ImageNetFamily.timm(name));
  }

  /**
   * The network of that name.
   *
   * @throws IllegalArgumentException if there is none; says what there is
   */
  public static Network network(String name) {
    return ImageNetFamily.find(name)
        .or(() -> CifarFamily.find(name))
        .map(network -> network.withName(name))
        .orElseThrow(() -> unknown(name));
  }

  /** Whether {@link #network} knows the name. */
  public static boolean knows(String name) {
    return find(name).isPresent();
  }

  private static Optional<Network> find(String name) {
    try {
      return Optional.of(network(name));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The name of the network with the same structure, whatever its name, input and classes. */
  public static Optional<String> nameOf(Network network) {
    int depth = network.depth();
    List<String> names = new ArrayList<>();
    ImageNetFamily.listed().values().forEach(names::addAll);
    CifarFamily.listed().values().forEach(names::addAll);
    names.addAll(CifarFamily.candidates(network));
    names.addAll(List.of("resnet" + depth, "resnet" + depth + "-v1", "resnetv2_" + depth));
    for (ShortcutOption option : ShortcutOption.values()) {
      names.add("resnet" + depth + option.suffix());
      names.add("resnet" + depth + "-v1" + option.suffix());
    }
    // Making every network takes longer than reading its weights; a wide one counts projections
    // too.
    return names.stream()
        .filter(name -> name.contains("" + depth) || name.contains("wrn-" + (depth + 2)))
        .filter(name -> find(name).filter(known -> same(known, network)).isPresent())
        .findFirst();
  }

  private static boolean same(Network known, Network network) {
    return known.depth() == network.depth()
        && known
            .withInput(network.input())
            .withClasses(network.classes())
            .withName(network.name())
            .equals(network);
  }

  /**
   * A CIFAR network of 6n + 2 layers: three stages of n basic blocks with 16, 32 and 64 channels;
   * arXiv 1512.03385, section 4.2.
   */
  public static Network cifar(int n, ShortcutOption option) {
    return cifar(n, 16, option);
  }

  /**
   * A CIFAR network whose stem and first stage have {@code width} channels instead of 16; {@link
   * #network} knows its name up to n = 1000 and width = 1024.
   */
  public static Network cifar(int n, int width, ShortcutOption option) {
    if (n < 1 || width < 1) {
      throw new IllegalArgumentException(
          "n = %d, width = %d: a CIFAR network needs both to be at least 1".formatted(n, width));
    }
    String suffix = option == ShortcutOption.A ? "" : option.suffix();
    String name = new CifarName(false, 6 * n + 2, width, false, true, suffix).text();
    return CifarFamily.basic(name, n, width, 1, option);
  }

  private static IllegalArgumentException unknown(String name) {
    String plain =
        name.startsWith("plain") ? "; did you mean resnet" + name.substring(5) + "-plain?" : "";
    return new IllegalArgumentException(
        ("no network is called \"%s\"%s%nThere are resnet18, 34, 50, 101, 152 (ImageNet) and resnet20,"
                + " 32, ... 6n+2 (CIFAR; 9n+2 with -bottleneck), with -v1, -width1 to -width%d,"
                + " -bottleneck, -no-norm, then -a, -a-after, -b, -c or -plain, and the rest of the"
                + " family; see: resnet4j models")
            .formatted(name, plain, CifarName.WIDEST));
  }
}

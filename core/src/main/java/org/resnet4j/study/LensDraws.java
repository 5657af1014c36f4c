package org.resnet4j.study;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Shape;
import org.resnet4j.arch.Unit;
import org.resnet4j.data.Subset;

/** What a lens draws at random; each draw depends on the seed and on what it is for alone. */
final class LensDraws {
  private final Network network;
  private final long seed;

  LensDraws(Network network, long seed) {
    this.network = network;
    this.seed = seed;
  }

  private SplittableRandom random(String purpose, int count, int draw) {
    long stream = new SplittableRandom(seed).nextLong() + purpose.hashCode();
    long number = new SplittableRandom(stream).nextLong() + count;
    return new SplittableRandom(new SplittableRandom(number).nextLong() + draw);
  }

  /** Some of the given units. */
  Set<Integer> some(String purpose, List<Integer> of, int count, int draw) {
    int[] order = Subset.order(random(purpose, count, draw), of.size());
    Set<Integer> chosen = new LinkedHashSet<>();
    IntStream.range(0, count).forEach(i -> chosen.add(of.get(order[i])));
    return chosen;
  }

  /** Units that can take each other's place, each group with two at least. */
  static List<List<Integer>> alike(Network network) {
    Map<List<Shape>, List<Integer>> groups = new LinkedHashMap<>();
    List<Unit> units = network.units();
    for (int i = 0; i < units.size(); i++) {
      List<Shape> ends = List.of(units.get(i).in(), units.get(i).out());
      groups.computeIfAbsent(ends, key -> new ArrayList<>()).add(i);
    }
    return groups.values().stream().filter(group -> group.size() > 1).toList();
  }

  /**
   * All units in their order but for so many swaps of two that can take each other's place, every
   * such pair as likely; arXiv 1605.06431, section 4.2.
   */
  int[] swapped(int swaps, int draw) {
    List<int[]> pairs = new ArrayList<>();
    for (List<Integer> group : alike(network)) {
      for (int a = 0; a < group.size(); a++) {
        for (int b = a + 1; b < group.size(); b++) {
          pairs.add(new int[] {group.get(a), group.get(b)});
        }
      }
    }
    SplittableRandom random = random("swap", swaps, draw);
    int[] order = IntStream.range(0, network.units().size()).toArray();
    for (int i = 0; i < swaps; i++) {
      int[] pair = pairs.get(random.nextInt(pairs.size()));
      int first = order[pair[0]];
      order[pair[0]] = order[pair[1]];
      order[pair[1]] = first;
    }
    return order;
  }

  /** Kendall's tau of an order and the natural one: 1 for the same, -1 for the reverse. */
  static double tau(int[] order) {
    int inversions = 0;
    for (int a = 0; a < order.length; a++) {
      for (int b = a + 1; b < order.length; b++) {
        inversions += order[a] > order[b] ? 1 : 0;
      }
    }
    return 1 - 4.0 * inversions / (order.length * (order.length - 1.0));
  }

  /**
   * Numbers from 1 to {@code last}, close together at first, then ever further apart: 1, 2, 3, 4,
   * 6, 8, 12.
   */
  static List<Integer> growing(int last) {
    List<Integer> numbers = new ArrayList<>();
    for (int power = 1; power <= last; power *= 2) {
      numbers.add(power);
      int between = power + power / 2;
      if (power > 1 && between <= last) {
        numbers.add(between);
      }
    }
    return numbers;
  }
}

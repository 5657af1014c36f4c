package org.resnet4j.weights;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.resnet4j.weights.PickleValue.Dictionary;
import org.resnet4j.weights.PickleValue.TensorView;

/**
 * The tensors of a checkpoint, found in whatever the training script wrapped around them.
 *
 * @param tensors by name, in the order of the file
 * @param notes what was unwrapped and left out
 */
record StateDict(Map<String, TensorView> tensors, List<String> notes) {
  private static final List<String> CURRENT =
      List.of("state_dict", "model_state_dict", "model", "net");
  private static final List<String> AVERAGED = List.of("state_dict_ema", "model_ema");
  private static final int DEEPEST = 4;
  private static final int MOST_TENSORS = 100_000;
  private static final int MOST_NAMES = 8;

  /** Which of two sets of weights a training may have saved. */
  enum Choice {
    CURRENT,
    AVERAGED
  }

  /** Throws {@link WeightsException} if there are no such tensors or more than one set. */
  static StateDict find(FileBytes bytes, Object root, Choice choice) {
    List<String> notes = new ArrayList<>();
    Dictionary found = dictionary(bytes, root);
    boolean missed = choice == Choice.AVERAGED;
    for (int depth = 0; depth < DEEPEST; depth++) {
      Map<String, Dictionary> parts = parts(found);
      String name = chosen(bytes, found, parts, missed);
      if (name == null) {
        break;
      }
      missed &= !AVERAGED.contains(name);
      notes.add(taken(name, parts, found));
      found = requireNonNull(parts.get(name));
    }
    if (missed) {
      throw bytes.fault("has no averaged weights (%s)".formatted(String.join(", ", AVERAGED)));
    }
    return new StateDict(tensors(bytes, found, notes), notes);
  }

  private static Dictionary dictionary(FileBytes bytes, Object root) {
    if (!(root instanceof Dictionary dictionary)) {
      throw bytes.fault(
          "holds %s, not a dict of tensors; in Python: torch.save(model.state_dict(), ...)"
              .formatted(Pickle.describe(root)));
    }
    return dictionary;
  }

  /** What may be a state dict, or be wrapped around one. */
  private static Map<String, Dictionary> parts(Dictionary dictionary) {
    Map<String, Dictionary> parts = new LinkedHashMap<>();
    for (int i = 0; i < dictionary.keys().size(); i++) {
      if (dictionary.keys().get(i) instanceof String name
          && dictionary.values().get(i) instanceof Dictionary part
          && (holds(part, TensorView.class)
              || (CURRENT.contains(name) && holds(part, Dictionary.class)))) {
        parts.put(name, part);
      }
    }
    return parts;
  }

  private static boolean holds(Dictionary dictionary, Class<?> type) {
    return dictionary.values().stream().anyMatch(type::isInstance);
  }

  private static @Nullable String chosen(
      FileBytes bytes, Dictionary dictionary, Map<String, Dictionary> parts, boolean averaged) {
    for (List<String> names : averaged ? List.of(AVERAGED, CURRENT) : List.of(CURRENT)) {
      for (String name : names) {
        if (parts.containsKey(name)) {
          return name;
        }
      }
    }
    if (parts.isEmpty() || holds(dictionary, TensorView.class)) {
      return null;
    }
    if (parts.size() > 1) {
      throw bytes.fault(
          "holds several sets of tensors, %s; save the one you mean alone"
              .formatted(list(new ArrayList<>(parts.keySet()))));
    }
    return parts.keySet().iterator().next();
  }

  private static String taken(String name, Map<String, Dictionary> parts, Dictionary dictionary) {
    List<String> left = new ArrayList<>();
    for (Object key : dictionary.keys()) {
      if (!key.equals(name)) {
        left.add(key instanceof String text ? text : "(a key that is no text)");
      }
    }
    String note = "the weights are those under %s".formatted(WeightsException.quote(name));
    String averaged =
        parts.keySet().stream()
            .filter(part -> AVERAGED.contains(part) && !part.equals(name))
            .map(part -> "; averaged ones are under " + WeightsException.quote(part))
            .collect(Collectors.joining());
    return note + averaged + (left.isEmpty() ? "" : "; left out: " + list(left));
  }

  private static Map<String, TensorView> tensors(
      FileBytes bytes, Dictionary dictionary, List<String> notes) {
    Map<String, TensorView> tensors = new LinkedHashMap<>();
    List<String> left = new ArrayList<>();
    for (int i = 0; i < dictionary.keys().size(); i++) {
      if (!(dictionary.keys().get(i) instanceof String name)) {
        throw bytes.fault("a key is %s".formatted(Pickle.describe(dictionary.keys().get(i))));
      }
      if (!(dictionary.values().get(i) instanceof TensorView tensor)) {
        left.add(name);
      } else if (tensors.put(name, tensor) != null) {
        throw bytes.fault("%s is there twice".formatted(WeightsException.quote(name)));
      }
    }
    if (tensors.isEmpty() || tensors.size() > MOST_TENSORS) {
      throw bytes.fault(
          "holds %d tensors where a state dict has 1 to %d"
              .formatted(tensors.size(), MOST_TENSORS));
    }
    if (!left.isEmpty()) {
      notes.add("no tensors, left out: " + list(left));
    }
    return tensors;
  }

  private static String list(List<String> names) {
    String shown =
        names.stream()
            .limit(MOST_NAMES)
            .map(WeightsException::quote)
            .collect(Collectors.joining(", "));
    int more = names.size() - MOST_NAMES;
    return more > 0 ? shown + " and %d more".formatted(more) : shown;
  }
}

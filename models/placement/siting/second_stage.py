"""What happens once homes are open: each future's children take the places there are.

A transportation problem a future, by successive shortest paths with prices (J. Edmonds & R. M.
Karp 1972, *Journal of the ACM* 19). Sites may be open in part: then no more of a cell's children
than that part may go there, which is what makes the prices sharp (pair-by-pair forcing).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from models.placement.problem import FloatArray

_NEXT_TO_NOTHING = 1e-9
"""Children, places or points below which nothing is left."""


@njit(nogil=True, cache=True)
def serve_future(
    cost: FloatArray,
    demand: FloatArray,
    places: FloatArray,
    part_open: FloatArray,
    unmet: float,
    flow: FloatArray,
    price: FloatArray,
) -> float:
    """Serve the children of one future at the least cost; `flow` and `price` are written to.

    Parameters
    ----------
    cost : ndarray, shape (n_supplies, n_cells)
        Points a child; infinite where children of the cell cannot live there.
    demand : ndarray, shape (n_cells,)
        Children.
    places, part_open : ndarray, shape (n_supplies,)
        Places, and the part of each cell's children that may go there at most.
    unmet : float
        Points of a child for whom there is no place.
    flow : ndarray, shape (n_supplies + 1, n_cells)
        Set to who goes where; the last row are those without a place.
    price : ndarray, shape (n_cells,)
        Set to what one child more of a cell would cost.

    Returns
    -------
    float
        Points.
    """
    n_supplies, n_cells = cost.shape
    nowhere, n_nodes = n_supplies, n_supplies + 1 + n_cells
    room, rent = places.copy(), np.zeros(n_supplies)
    distance, before = np.empty(n_nodes), np.empty(n_nodes, np.int64)
    seen = np.empty(n_nodes, np.bool_)
    flow[:] = 0.0
    price[:] = 0.0
    for first in range(n_cells):
        left = demand[first]
        if left <= _NEXT_TO_NOTHING:
            continue
        price[first] = min(unmet, (cost[:, first] + rent).min())
        source = n_supplies + 1 + first
        while left > _NEXT_TO_NOTHING:
            # Dijkstra over cells and supplies, by what remains of cost once prices are taken off.
            distance[:] = np.inf
            seen[:] = False
            distance[source] = 0.0
            while True:
                node = -1
                for other in range(n_nodes):
                    if not seen[other] and (node < 0 or distance[other] < distance[node]):
                        node = other
                if node == nowhere or (node < nowhere and room[node] > _NEXT_TO_NOTHING):
                    break
                seen[node] = True
                if node < nowhere:
                    for cell in range(n_cells):
                        other = n_supplies + 1 + cell
                        if flow[node, cell] > _NEXT_TO_NOTHING and not seen[other]:
                            back = price[cell] - cost[node, cell] - rent[node]
                            reached = distance[node] + max(0.0, back)
                            if reached < distance[other]:
                                distance[other], before[other] = reached, node
                    continue
                cell = node - n_supplies - 1
                for supply in range(n_supplies):
                    most = demand[cell] * part_open[supply] - _NEXT_TO_NOTHING
                    if not seen[supply] and flow[supply, cell] < most:
                        onward = cost[supply, cell] + rent[supply] - price[cell]
                        reached = distance[node] + max(0.0, onward)
                        if reached < distance[supply]:
                            distance[supply], before[supply] = reached, node
                reached = distance[node] + max(0.0, unmet - price[cell])
                if reached < distance[nowhere]:
                    distance[nowhere], before[nowhere] = reached, node
            end, length = node, distance[node]
            for supply in range(n_supplies):
                rent[supply] += max(0.0, length - distance[supply])
            moved = left if end == nowhere else min(left, room[end])
            for cell in range(n_cells):
                price[cell] += max(0.0, length - distance[n_supplies + 1 + cell])
            node = end
            while node != source:
                last = before[node]
                if node > nowhere:
                    moved = min(moved, flow[last, node - n_supplies - 1])
                elif node < nowhere:
                    cell = last - n_supplies - 1
                    moved = min(moved, demand[cell] * part_open[node] - flow[node, cell])
                node = last
            node = end
            while node != source:
                last = before[node]
                if node > nowhere:
                    flow[last, node - n_supplies - 1] -= moved
                else:
                    flow[node, last - n_supplies - 1] += moved
                node = last
            if end < nowhere:
                room[end] -= moved
            left -= moved
    total = 0.0
    for cell in range(n_cells):
        total += unmet * flow[nowhere, cell]
        for supply in range(n_supplies):
            if flow[supply, cell] > 0.0:
                total += cost[supply, cell] * flow[supply, cell]
    return total


@njit(nogil=True, cache=True)
def serve_futures(
    cost: FloatArray,
    demand: FloatArray,
    places: FloatArray,
    part_open: FloatArray,
    unmet: float,
    flow: FloatArray,
    price: FloatArray,
    total: FloatArray,
) -> None:
    """Serve every future: `serve_future` with a first axis of futures, save cost and part_open."""
    for future in range(demand.shape[0]):
        total[future] = serve_future(
            cost, demand[future], places[future], part_open, unmet, flow[future], price[future]
        )


@njit(nogil=True, cache=True)
def _relief(
    cost: FloatArray, demand: FloatArray, places: float, price: FloatArray, paying: FloatArray
) -> float:
    """Fill one supply with those who pay most above their cost."""
    n_cells = demand.size
    total, room = 0.0, places
    for cell in range(n_cells):
        gain = price[cell] - cost[cell]
        paying[cell] = gain if demand[cell] > 0.0 and gain > 0.0 else 0.0
    while room > _NEXT_TO_NOTHING:
        best = paying.argmax()
        if paying[best] <= 0.0:
            break
        taken = min(room, demand[best])
        total += taken * paying[best]
        room -= taken
        paying[best] = 0.0
    return total


@njit(nogil=True, cache=True)
def cuts_at(
    site_cost: FloatArray,
    supply_cost: FloatArray,
    site_places: FloatArray,
    places: FloatArray,
    demand: FloatArray,
    price: FloatArray,
    constant: FloatArray,
    relief: FloatArray,
) -> None:
    """Give what each future costs at the least, whatever is opened.

    Parameters
    ----------
    site_cost : ndarray, shape (n_sites, n_cells)
    supply_cost : ndarray, shape (n_supplies, n_cells)
    site_places : ndarray, shape (n_sites,)
    places : ndarray, shape (n_futures, n_supplies)
    demand, price : ndarray, shape (n_futures, n_cells)
        Prices are at most the cost of a child without a place; any others give a bound too.
    constant : ndarray, shape (n_futures,)
        Written to.
    relief : ndarray, shape (n_futures, n_sites)
        Written to: future f costs at least ``constant[f] - relief[f] @ opened``.
    """
    paying = np.empty(demand.shape[1])
    for future in range(demand.shape[0]):
        bound = (demand[future] * price[future]).sum()
        for supply in range(supply_cost.shape[0]):
            bound -= _relief(
                supply_cost[supply], demand[future], places[future, supply], price[future], paying
            )
        constant[future] = bound
        for site in range(site_cost.shape[0]):
            relief[future, site] = _relief(
                site_cost[site], demand[future], site_places[site], price[future], paying
            )

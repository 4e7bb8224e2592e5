/** The publications that CoLA's sentences are from. @module */

/**
 * Source code → publication, as in table 2 of Warstadt et al. (2019) and in the
 * corpus's own README, with the codes that its files use.
 */
// Pairs, because the codes are data: as property names they break naming rules.
export const PUBLICATIONS: Readonly<Record<string, string>> = Object
  .fromEntries([
    ["ad03", "Adger (2003)"],
    ["b_73", "Bresnan (1973)"],
    ["b_82", "Baltin (1982)"],
    ["bc01", "Baltin and Collins (2001)"],
    ["c-05", "Collins (2005)"],
    ["c_13", "Carnie (2013)"],
    ["cj99", "Culicover and Jackendoff (1999)"],
    ["clc95", "Chung et al. (1995)"],
    ["d_98", "Dayal (1998)"],
    ["g_81", "Gazdar (1981)"],
    ["gj04", "Goldberg and Jackendoff (2004)"],
    ["j_71", "Jackendoff (1971)"],
    ["kl93", "Kadmon and Landman (1993)"],
    ["ks08", "Kim and Sells (2008)"],
    ["l-93", "Levin (1993)"],
    ["m_02", "Miller (2002)"],
    ["r-67", "Ross (1967)"],
    ["rhl07", "Rappaport Hovav and Levin (2008)"],
    ["s_97", "Sag (1997)"],
    ["sgww85", "Sag et al. (1985)"],
    ["sks13", "Sportiche et al. (2013)"],
    ["swb04", "Sag et al. (1999)"],
    ["w_80", "Williams (1980)"],
  ]);
